import type { ExportFormat } from "../shared/messages.ts";
import { type Attributes, elementAddress } from "./address.ts";
import { EmbeddedElement } from "./embedded.ts";

/**
 * `<vitrine-element server client-id workbook page element>`: one element of a page, shown in a frame of its own.
 *
 * All else is as with `<vitrine-dashboard>`.
 */
export class VitrineElement extends EmbeddedElement {
  static readonly observedAttributes = ["server", "client-id", "workbook", "page", "element", "loading", "title"];

  /** Saves the element as a file. */
  export(format: ExportFormat): void {
    this.command({ type: "export", element: this.getAttribute("element") ?? "", format });
  }

  protected override address(attribute: Attributes): URL | undefined {
    return elementAddress(attribute);
  }
}
