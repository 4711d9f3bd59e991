import type {
  DashboardAttributes,
  ElementAttributes,
  GetCode,
  VitrineDashboard,
  VitrineElement,
  VitrineEventMap,
} from "@vitrine/embed";
import type { RefAttributes } from "react";

/** React hands functions to custom elements as properties, and listens to `vitrine-x` for `onvitrine-x`. */
type Properties = { getCode?: GetCode } & {
  [Name in keyof VitrineEventMap as `on${Name}`]?: (event: VitrineEventMap[Name]) => void;
};

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "vitrine-dashboard": DashboardAttributes & Properties & RefAttributes<VitrineDashboard>;
      "vitrine-element": ElementAttributes & Properties & RefAttributes<VitrineElement>;
    }
  }
}
