import { GuestElement } from "./guest.ts";

// Host pages load this as a classic script from `/app/embed.js`, and write the elements as Metabase's documentation says.

class GuestDashboard extends GuestElement {
  protected override readonly kind = "dashboard";
}

class GuestQuestion extends GuestElement {
  protected override readonly kind = "question";
}

const ELEMENTS = { "metabase-dashboard": GuestDashboard, "metabase-question": GuestQuestion };

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
