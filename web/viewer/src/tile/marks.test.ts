import { expect, it } from "vitest";
import type { Answer, Control, DataElement } from "../api.ts";
import type { PageEvent } from "../doors/door.ts";
import { CONVENTIONS } from "../format.ts";
import { startAt, View } from "../view.svelte.ts";
import { Marks } from "./marks.svelte.ts";

const ANSWER: Answer = {
  columns: [
    { name: "month", label: "Month", type: "date", format: "plain", grain: "month" },
    { name: "origin", label: "From", type: "text", format: "plain" },
    { name: "flights", label: "Flights", type: "integer", format: "integer", measure: true },
  ],
  rows: [
    ["2013-01-01", "JFK", 7],
    ["2013-02-01", "LGA", 8],
  ],
  truncated: false,
  as_of: "2026-01-01T00:00:00Z",
  time_zone: "UTC",
};
const AT = { x: 1, y: 2 };

function marks(of: Partial<DataElement>, locked = false, consent?: Promise<boolean>) {
  const element: DataElement = {
    name: "by-month",
    title: "By month",
    width: 12,
    controls: [],
    chart: { type: "table" },
    underlying: false,
    ...of,
  };
  const control = (name: string, type: Control["type"]): Control => ({ name, title: name, type, default: [], locked });
  const view = new View(startAt("overview"));
  const controls = [control("from", "multi_list"), control("when", "date_range")];
  const page = { name: "overview", title: "", controls, elements: [element] };
  view.take({ name: "flights", title: "", actions: [], presentation: {}, pages: [page] });
  const heard: PageEvent[] = [];
  const conventions = () => ({ ...CONVENTIONS, locale: "en-GB" });
  const tell = (event: PageEvent) => {
    heard.push(event);
    return event.type === "drilling" ? consent : undefined;
  };
  return { marks: new Marks(element, view, tell, conventions), view, heard };
}

it("filters by the mark that is chosen, tells the host, and takes it back when it is chosen again", () => {
  const { marks: own, view, heard } = marks({ select: { origin: "from" } });
  own.choose({ origin: "JFK", flights: 7 }, AT, ANSWER);
  expect(view.filters).toEqual({ from: ["JFK"] });
  expect(own.selected).toEqual({ origin: "JFK" });
  expect(heard).toEqual([
    { type: "select", element: "by-month", values: { origin: "JFK", flights: 7 } },
    { type: "filters", values: { from: ["JFK"] } },
  ]);
  own.choose({ origin: "JFK", flights: 7 }, AT, ANSWER);
  expect([view.filters, own.selected]).toEqual([{ from: [] }, undefined]);
});

it("sets a period by the grain of what is chosen", () => {
  const { marks: own, view } = marks({ select: { month: "when" } });
  own.choose({ month: "2013-02-01" }, AT, ANSWER);
  expect(view.filters).toEqual({ when: ["2013-02"] });
});

it("never sets what is locked, and nothing for want of a value", () => {
  const locked = marks({ select: { origin: "from" } }, true);
  locked.marks.choose({ origin: "JFK" }, AT, ANSWER);
  expect(locked.view.filters).toEqual({});
  const open = marks({ select: { origin: "from" } });
  open.marks.choose({ origin: null }, AT, ANSWER);
  open.marks.choose({ flights: 7 }, AT, ANSWER);
  expect(open.view.filters).toEqual({});
});

it("asks what to do where a mark leads further", () => {
  const { marks: own, view } = marks({ select: { month: "when" }, drill: ["month", "date"], underlying: true });
  own.choose({ month: "2013-02-01" }, AT, ANSWER);
  expect(view.filters).toEqual({});
  const labels = ["Filter by Feb 2013", "Drill into Feb 2013", "Show rows"];
  expect(own.actions.map(({ label }) => label)).toEqual(labels);
  own.actions[1]?.run();
  expect(view.drillOf("by-month")).toEqual([{ field: "month", value: "2013-02-01", text: "Feb 2013" }]);
  own.choose({ date: "2013-02-03" }, AT, ANSWER);
  expect(own.actions.map(({ label }) => label)).toEqual(["Show rows"]);
  own.actions[0]?.run();
  expect(own.underneath).toEqual([
    { field: "month", value: "2013-02-01" },
    { field: "date", value: "2013-02-03" },
  ]);
});

it("goes behind a mark only if the framing page has nothing against it", async () => {
  for (const may of [true, false]) {
    const {
      marks: own,
      view,
      heard,
    } = marks({ drill: ["month", "date"], underlying: true }, false, Promise.resolve(may));
    own.choose({ month: "2013-02-01" }, AT, ANSWER);
    const [into, rows] = own.actions;
    into?.run();
    rows?.run();
    expect(view.drillOf("by-month"), "nobody has answered yet").toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    expect([view.drillOf("by-month").length, own.underneath !== undefined]).toEqual(may ? [1, true] : [0, false]);
    const asked = heard.filter(({ type }) => type === "drilling");
    expect(asked).toMatchObject([{ element: "by-month", label: "Drill into Feb 2013" }, { label: "Show rows" }]);
  }
});
