import { VitrineDashboard } from "./dashboard.ts";

if (!customElements.get("vitrine-dashboard")) customElements.define("vitrine-dashboard", VitrineDashboard);

declare global {
  interface HTMLElementTagNameMap {
    "vitrine-dashboard": VitrineDashboard;
  }
}

export { VitrineDashboard };
