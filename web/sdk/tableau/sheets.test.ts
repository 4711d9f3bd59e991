import { expect, it, vi } from "vitest";
import type { TableauSight } from "../../shared/tableau-messages.ts";
import type { Shown } from "./fields.ts";
import { History } from "./history.ts";
import { Dashboard, Workbook, Worksheet } from "./sheets.ts";

function sight(single = false): TableauSight {
  const worksheets = [{ name: "total", title: "Total", fields: ["region"], underlying: true }];
  const fields = [
    { name: "region", title: "Region", type: "multi_list", values: ["South"] },
    { name: "when", title: "When", type: "date_range", values: [] },
  ];
  const pages = [
    { name: "overview", title: "Overview", worksheets, fields },
    { name: "more", title: "More", worksheets: [], fields: [] },
  ];
  return { title: "Sales", single, active: "overview", pages };
}

function shown(answer: unknown = undefined, seen = sight()) {
  const call = vi.fn<Shown["call"]>(async () => answer);
  return { sight: seen, parameters: new Set<string>(), marks: new Map(), call } satisfies Shown;
}

const ANSWER = {
  columns: [
    { name: "region", label: "Region", type: "text" },
    { name: "sales", label: "Sales", type: "integer" },
  ],
  rows: [
    ["South", 82985],
    [null, 1],
  ],
};

it("a page is a dashboard, and an element by itself a worksheet", () => {
  const dashboard = new Workbook(shown()).activeSheet;
  expect(dashboard).toBeInstanceOf(Dashboard);
  expect(dashboard).toMatchObject({ name: "Overview", sheetType: "dashboard", index: 0, isActive: true });
  const worksheet = new Workbook(shown(undefined, sight(true))).activeSheet;
  expect(worksheet).toBeInstanceOf(Worksheet);
  expect(worksheet.name).toBe("Total");
});

it.each([
  ["replace", ["West"], ["West"]],
  ["add", ["West"], ["South", "West"]],
  ["all", [], []],
  ["replace", "West", ["West"]],
])("filters: %s %j makes %j", async (update, values, expected) => {
  const of = shown();
  expect(await new Workbook(of).activeSheet.applyFilterAsync("Region", values, update)).toBe("Region");
  expect(of.call).toHaveBeenCalledWith({ name: "filter", fields: { region: expected } });
});

it("what cannot be done is said, and nothing is done", async () => {
  const of = shown();
  const { activeSheet } = new Workbook(of);
  await expect(activeSheet.applyFilterAsync("Region", ["South"], "remove")).rejects.toThrow("would leave no value");
  await expect(activeSheet.applyFilterAsync("Region", ["South"], "replace", { isExcludeMode: true })).rejects.toThrow(
    "exclude",
  );
  await expect(activeSheet.applyFilterAsync("Country", ["x"])).rejects.toThrow("expected one of `Region`, `When`");
  await expect(activeSheet.applyRangeFilterAsync("Region", { min: 1 })).rejects.toThrow("no range");
  const [worksheet] = (activeSheet as Dashboard).worksheets;
  const missing = worksheet as unknown as { selectMarksByValueAsync(): Promise<void> };
  await expect(missing.selectMarksByValueAsync()).rejects.toMatchObject({ errorCode: "not_supported" });
  expect(of.call).not.toHaveBeenCalled();
});

it("ranges have one end or two", async () => {
  const of = shown();
  const { activeSheet } = new Workbook(of);
  await activeSheet.applyRangeFilterAsync("When", { min: new Date("2025-01-01"), max: new Date("2025-01-31") });
  expect(of.call).toHaveBeenLastCalledWith({ name: "filter", fields: { when: ["2025-01-01~2025-01-31"] } });
  await activeSheet.applyRangeFilterAsync("When", { max: "2025-01-31" });
  expect(of.call).toHaveBeenLastCalledWith({ name: "filter", fields: { when: ["~2025-01-31"] } });
  await activeSheet.clearFilterAsync("When");
  expect(of.call).toHaveBeenLastCalledWith({ name: "filter", fields: { when: [] } });
});

it("a worksheet has the filters that it obeys, and rows as tables", async () => {
  const of = shown(ANSWER);
  const [worksheet] = (new Workbook(of).activeSheet as Dashboard).worksheets;
  expect((await worksheet?.getFiltersAsync())?.map(({ fieldName }) => fieldName)).toEqual(["Region"]);
  const table = await worksheet?.getSummaryDataAsync({ columnsToIncludeByFieldName: ["Sales"], maxRows: 1 });
  expect(table).toMatchObject({ totalRowCount: 1, columns: [{ fieldName: "Sales", dataType: "int", index: 0 }] });
  expect(table?.data).toEqual([[{ value: 82985, nativeValue: 82985, formattedValue: "82985" }]]);
  const reader = await worksheet?.getSummaryDataReaderAsync(1);
  expect([reader?.pageCount, (await reader?.getPageAsync(1))?.data[0]?.[0]?.formattedValue]).toEqual([2, "Null"]);
  expect(await worksheet?.getUnderlyingTablesAsync()).toEqual([{ id: "total", caption: "Total" }]);
});

it("parameters are fields of which one value is set", async () => {
  const of = shown();
  const parameter = await new Workbook(of).changeParameterValueAsync("Region", "West");
  expect(of.call).toHaveBeenCalledWith({ name: "filter", fields: { region: ["West"] } });
  expect(parameter).toMatchObject({ name: "Region", id: "region" });
  expect([...of.parameters]).toEqual(["region"]);
});

it("what was set can be undone and redone", () => {
  const history = new History();
  const [one, two] = [{ region: [] }, { region: ["South"] }];
  expect(history.note(one)).toBe(false);
  expect(history.note(two)).toBe(true);
  expect([history.canUndo, history.canRedo]).toEqual([true, false]);
  expect(history.go(-1)).toEqual(one);
  expect(history.note(one)).toBe(false);
  expect([history.canUndo, history.canRedo]).toEqual([false, true]);
  expect(history.go(1)).toEqual(two);
  expect(history.go(1)).toBeUndefined();
});
