import { expect, it } from "vitest";
import { asked, Exploration, textOf } from "./exploration.svelte.ts";

const QUESTION = { explore: "shop.orders", fields: ["status", "orders"], sorts: [{ field: "orders" }] };

it("asks at once what says fields, and waits for some otherwise", () => {
  expect(new Exploration({ question: QUESTION, presentation: {} }).runs).toBe(1);
  expect(new Exploration({ question: { ...QUESTION, fields: [] }, presentation: {} }).runs).toBe(0);
});

it("is sorted by nothing that is not asked for", () => {
  const exploration = new Exploration({ question: QUESTION, presentation: {} });
  exploration.change({ fields: ["status"] });
  expect(exploration.question).toEqual({ ...QUESTION, fields: ["status"], sorts: [] });
  expect(exploration.runs).toBe(1);
});

it("runs when it is told to, and has nothing else to obey", () => {
  const exploration = new Exploration({ question: QUESTION, presentation: {} });
  expect(exploration.obey({ type: "refresh" })).toBeUndefined();
  expect(exploration.runs).toBe(2);
  expect(exploration.obey({ type: "filters", values: {} })).toMatchObject({ code: "not_permitted" });
});

it("leaves out filters that say nothing", () => {
  const filters = [{ field: "status", values: ["paid"] }, { field: "note", values: [" "] }, { field: "day" }];
  expect(asked({ ...QUESTION, filters }).filters).toEqual([filters[0]]);
  expect(textOf({})).toBe("");
});
