import { VitrineDashboard } from "./dashboard.ts";
import { VitrineElement } from "./element.ts";
import { define } from "./host-element.ts";

define("vitrine-dashboard", VitrineDashboard);
define("vitrine-element", VitrineElement);

declare global {
  interface HTMLElementTagNameMap {
    "vitrine-dashboard": VitrineDashboard;
    "vitrine-element": VitrineElement;
  }
}

export type { ControlValue, ControlValues, ExportFormat, FieldValues, ThemeTokens } from "../shared/messages.ts";
export type { DashboardAttributes, ElementAttributes } from "./attributes.ts";
export type { GetCode } from "./embedded.ts";
export type { VitrineEventMap } from "./events.ts";
export { VitrineDashboard, VitrineElement };
