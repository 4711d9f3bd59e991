import { GuestElement } from "./guest.ts";
import { define } from "./host-element.ts";

// Host pages load this as a classic script from `/app/embed.js`, and write the elements as Metabase's documentation says.

class GuestDashboard extends GuestElement {
  protected override readonly kind = "dashboard";
}

class GuestQuestion extends GuestElement {
  protected override readonly kind = "question";
}

define("metabase-dashboard", GuestDashboard);
define("metabase-question", GuestQuestion);
