import { define } from "./host-element.ts";
import { TableauViz } from "./tableau/viz.ts";

// Host pages import this as a module from `/javascripts/api/tableau.embedding.3.latest.min.js`, as Tableau's documentation says.

define("tableau-viz", TableauViz);

export {
  DeviceType,
  FilterUpdateType,
  SheetType,
  TableauError,
  TableauEventType,
  Toolbar,
} from "./tableau/names.ts";
export { TableauViz };
