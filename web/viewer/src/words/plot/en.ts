import type { PlotWords } from "./words.ts";

export const WORDS: PlotWords = {
  comma: ", ",
  tableToo: "{description}. It can also be shown as a table.",

  line: "Line chart of {value} by {by}",
  area: "Area chart of {value} by {by}",
  areaStacked: "Stacked area chart of {value} by {by}",
  areaPercent: "Percentage area chart of {value} by {by}",
  bar: "Bar chart of {value} by {by}",
  barStacked: "Stacked bar chart of {value} by {by}",
  barPercent: "Percentage bar chart of {value} by {by}",
  scatter: "Scatter plot of {value} by {by}",
  pie: "Pie chart of {value} by {by}",
  funnel: "Funnel of {value} by {by}",
  heatmap: "Heat map of {value} by {x} and {y}",
  gauge: "Gauge of {value}: {number} on a scale from {min} to {max}",

  eachOf: "each {field} by itself ({labels})",
  firstOf: "the first {count} of {all}: {labels}",
  values: { one: "{count} value", other: "{count} values" },
  points: { one: "{count} point", other: "{count} points" },
  fromTo: "from {first} to {last}",
  range: "{field} from {least} to {greatest}",
  part: "{label} with {value}",
  largest: "the largest {part} ({share})",

  onlyFirstDrawn: "Only the first {count} of {all} values of {field} are drawn; the table has all.",
  withoutBoth: "Not drawn, because they lack a number: {count}",
  withoutPositive: "Not drawn, because they have no number above zero: {count}",
  beyondScale: "The number is beyond the ends of the scale.",
  moreNotDrawn: "{count} more, not drawn one by one",
  andSmaller: "and {count} smaller",
};
