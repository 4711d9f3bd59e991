import { ContentElement } from "./content-element.ts";
import { define } from "./host-element.ts";

// Host pages load this as a classic script from `/app/embed.js`, and write the elements as Metabase's documentation says.

class Dashboard extends ContentElement {
  protected override readonly kind = "dashboard";
}

class Question extends ContentElement {
  protected override readonly kind = "question";
}

define("metabase-dashboard", Dashboard);
define("metabase-question", Question);
