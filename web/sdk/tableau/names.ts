// The names that hosts import beside the element, with the values that Tableau's documentation gives them.

export const TableauEventType = {
  FirstInteractive: "firstinteractive",
  FirstVizSizeKnown: "firstvizsizeknown",
  FilterChanged: "filterchanged",
  ParameterChanged: "parameterchanged",
  MarkSelectionChanged: "markselectionchanged",
  TabSwitched: "tabswitched",
  ToolbarStateChanged: "toolbarstatechanged",
  VizLoadError: "vizloaderror",
} as const;

export const FilterUpdateType = { Add: "add", All: "all", Replace: "replace", Remove: "remove" } as const;

export const Toolbar = { Bottom: "bottom", Hidden: "hidden", Top: "top" } as const;

export const DeviceType = { Default: "default", Desktop: "desktop", Phone: "phone", Tablet: "tablet" } as const;

export const SheetType = { Dashboard: "dashboard", Worksheet: "worksheet" } as const;

export type FilterUpdate = (typeof FilterUpdateType)[keyof typeof FilterUpdateType];

/** Something that was asked for and is not done. */
export class TableauError extends Error {
  override readonly name = "TableauError";

  constructor(
    /** Stable, for programs. */
    readonly errorCode: string,
    message: string,
  ) {
    super(message);
  }
}

/** Gives a class methods of Tableau's library for which there is nothing here: each says so. */
export function withoutMeaning(of: { prototype: object }, names: readonly string[]): void {
  for (const name of names) {
    const value = () =>
      Promise.reject(new TableauError("not_supported", `\`${name}\` is not supported by this server`));
    Object.defineProperty(of.prototype, name, { value, configurable: true, writable: true });
  }
}
