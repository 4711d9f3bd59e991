import { afterEach, expect, it } from "vitest";
import type { Answer, PlotSpec } from "../api.ts";
import { speak } from "../words/words.svelte.ts";
import { describePlot } from "./describe.ts";
import { plotNotes } from "./notes.ts";
import { answerOf, SETTING } from "./testkit.ts";

const BY_MONTH = answerOf("month carrier flights", ["2013-01-01", "UA", 30], ["2013-02-01", "B6", 10]);
const ROUTES = answerOf("distance delay origin", [100, "1.5", "EWR"], [200, null, "JFK"], [300, "-2.5", "EWR"]);
const PUNCTUAL = answerOf("punctual goal", ["0.781", "0.85"]);

it.each<[PlotSpec, Answer, string]>([
  [
    { type: "line", x: "month", y: ["flights"] },
    BY_MONTH,
    "Line chart of Flights by Month, 2 values, from Jan 2013 to Feb 2013",
  ],
  [
    { type: "bar", x: "month", y: ["flights"], series: "carrier", stack: "stacked" },
    BY_MONTH,
    "Stacked bar chart of Flights by Month, each Carrier by itself (UA, B6), 2 values, from Jan 2013 to Feb 2013",
  ],
  [
    { type: "scatter", x: "distance", y: "delay" },
    ROUTES,
    "Scatter plot of Delay by Distance, 2 points, Distance from 100 to 300, Delay from -2.5 to 1.5",
  ],
  [
    { type: "pie", label: "carrier", value: "flights" },
    BY_MONTH,
    "Pie chart of Flights by Carrier, 2 values, the largest UA with 30 (75%)",
  ],
  [
    { type: "funnel", label: "carrier", value: "flights" },
    BY_MONTH,
    "Funnel of Flights by Carrier, 2 values, from UA with 30 to B6 with 10",
  ],
  [
    { type: "heatmap", x: "month", y: "carrier", value: "flights" },
    BY_MONTH,
    "Heat map of Flights by Month and Carrier, 2 values, Flights from 10 to 30",
  ],
  [
    { type: "gauge", value: "punctual", min: 0, max: 1, target: "goal" },
    PUNCTUAL,
    "Gauge of On time: 78.1% on a scale from 0% to 100%, Goal: 85.0%",
  ],
])("says in a sentence what is drawn: %#", (spec, answer, sentence) => {
  expect(describePlot(spec, answer, SETTING.conventions)).toBe(`${sentence}. It can also be shown as a table.`);
});

it("says nothing of what is not drawn", () => {
  expect(describePlot({ type: "line", x: "month", y: ["secret"] }, BY_MONTH)).toBe("");
});

/** Fourteen carriers with a flight each. */
const MANY = answerOf("month carrier flights", ...[..."abcdefghijklmn"].map((carrier) => ["2013-01-01", carrier, 1]));
const FIRST = "Only the first 12 of 14 values of Carrier are drawn; the table has all.";

it.each<[PlotSpec, Answer, string[]]>([
  [{ type: "line", x: "month", y: ["flights"], series: "carrier" }, MANY, [FIRST]],
  [{ type: "scatter", x: "flights", y: "flights", series: "carrier" }, MANY, [FIRST]],
  [{ type: "pie", label: "carrier", value: "flights" }, MANY, [FIRST]],
  [{ type: "line", x: "month", y: ["flights"], series: "carrier" }, BY_MONTH, []],
  [{ type: "scatter", x: "distance", y: "delay" }, ROUTES, ["Not drawn, because they lack a number: 1"]],
  [{ type: "pie", label: "origin", value: "delay" }, ROUTES, ["Not drawn, because they have no number above zero: 2"]],
  [{ type: "gauge", value: "punctual", min: 0, max: 1 }, PUNCTUAL, []],
  [{ type: "gauge", value: "punctual", min: 0, max: 0.5 }, PUNCTUAL, ["The number is beyond the ends of the scale."]],
])("notes what a drawing does not show: %#", (spec, answer, notes) => {
  expect(plotNotes(spec, answer)).toEqual(notes);
});

it("says so to people who do not see it, too", () => {
  const sentence = describePlot({ type: "line", x: "month", y: ["flights"], series: "carrier" }, MANY);
  expect(sentence).toContain("(the first 12 of 14: a, b, c");
});

const ROOT = { dir: "", lang: "" } as HTMLElement;
afterEach(() => speak("en", ROOT));

it.each<[string, PlotSpec, Answer, string]>([
  [
    "de",
    { type: "line", x: "month", y: ["flights"], series: "carrier" },
    BY_MONTH,
    "Liniendiagramm: Flights nach Month, getrennt nach Carrier (UA, B6), 2 Werte, von Jan 2013 bis Feb 2013. Das lässt sich auch als Tabelle zeigen.",
  ],
  [
    "de",
    { type: "gauge", value: "punctual", min: 0, max: 1, target: "goal" },
    PUNCTUAL,
    "Tachodiagramm, On time: 78.1% auf einer Skala von 0% bis 100%, Goal: 85.0%. Das lässt sich auch als Tabelle zeigen.",
  ],
  [
    "fr",
    { type: "scatter", x: "distance", y: "delay" },
    ROUTES,
    "Nuage de points : Delay selon Distance, 2 points, Distance de 100 à 300, Delay de -2.5 à 1.5. Ce graphique peut aussi être affiché en tableau.",
  ],
  [
    "fr",
    { type: "bar", x: "month", y: ["flights"], series: "carrier", stack: "percent" },
    BY_MONTH,
    "Graphique à barres empilées à 100 % : Flights par Month, une série par Carrier (UA, B6), 2 valeurs, depuis Jan 2013 jusqu’à Feb 2013. Ce graphique peut aussi être affiché en tableau.",
  ],
  [
    "es",
    { type: "pie", label: "carrier", value: "flights" },
    BY_MONTH,
    "Gráfico circular: Flights por Carrier, 2 valores, el mayor es UA con 30 (75%). También se puede ver como tabla.",
  ],
  [
    "es",
    { type: "heatmap", x: "month", y: "carrier", value: "flights" },
    BY_MONTH,
    "Mapa de calor: Flights por Month y por Carrier, 2 valores, Flights de 10 a 30. También se puede ver como tabla.",
  ],
  [
    "ar",
    { type: "funnel", label: "carrier", value: "flights" },
    BY_MONTH,
    "مخطط قمعي: Flights حسب Carrier، قيمتان، من UA بقيمة 30 إلى B6 بقيمة 10. يمكن عرض ذلك كجدول أيضًا.",
  ],
])("says it in the language of the page: %s, %#", async (language, spec, answer, description) => {
  await speak(language, ROOT);
  expect(describePlot(spec, answer, SETTING.conventions)).toBe(description);
});
