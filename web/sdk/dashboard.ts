import type { ExportFormat } from "../shared/messages.ts";
import { type Attributes, dashboardAddress } from "./address.ts";
import { EmbeddedElement } from "./embedded.ts";

/**
 * `<vitrine-dashboard server client-id workbook page>`: a workbook of a Vitrine server, shown in a frame.
 *
 * Set `getCode`; the element calls it when the page opens and whenever the session must be renewed. It dispatches the
 * events of `VitrineEventMap`. A change of an attribute opens a new frame, except that `title` names the one there is;
 * so does `reload()`, to be called when another person signs in. `loading="lazy"` waits until the element is near the
 * window; with `height="fill"` the frame is as tall as the element, and not as its content.
 */
export class VitrineDashboard extends EmbeddedElement {
  static readonly observedAttributes = ["server", "client-id", "workbook", "page", "loading", "title"];

  /** Turns to another page of the workbook. */
  navigate(page: string): void {
    this.command({ type: "navigate", page });
  }

  /** Saves an element of the present page as a file. */
  export(element: string, format: ExportFormat): void {
    this.command({ type: "export", element, format });
  }

  protected override address(attribute: Attributes): URL | undefined {
    return dashboardAddress(attribute);
  }
}
