import type { PlotWords } from "./words.ts";

export const WORDS: PlotWords = {
  comma: ", ",
  tableToo: "{description}. Das lässt sich auch als Tabelle zeigen.",

  line: "Liniendiagramm: {value} nach {by}",
  area: "Flächendiagramm: {value} nach {by}",
  areaStacked: "Gestapeltes Flächendiagramm: {value} nach {by}",
  areaPercent: "Prozentual gestapeltes Flächendiagramm: {value} nach {by}",
  bar: "Balkendiagramm: {value} nach {by}",
  barStacked: "Gestapeltes Balkendiagramm: {value} nach {by}",
  barPercent: "Prozentual gestapeltes Balkendiagramm: {value} nach {by}",
  scatter: "Streudiagramm: {value} nach {by}",
  pie: "Kreisdiagramm: {value} nach {by}",
  funnel: "Trichterdiagramm: {value} nach {by}",
  heatmap: "Heatmap: {value} nach {x} und {y}",
  gauge: "Tachodiagramm, {value}: {number} auf einer Skala von {min} bis {max}",

  eachOf: "getrennt nach {field} ({labels})",
  firstOf: "die ersten {count} von {all}: {labels}",
  values: { one: "{count} Wert", other: "{count} Werte" },
  points: { one: "{count} Punkt", other: "{count} Punkte" },
  fromTo: "von {first} bis {last}",
  range: "{field} von {least} bis {greatest}",
  part: "{label} mit {value}",
  largest: "der größte ist {part} ({share})",

  onlyFirstDrawn: "Nur die ersten {count} von {all} Werten von {field} sind gezeichnet; die Tabelle hat alle.",
  withoutBoth: "Nicht gezeichnet, weil eine Zahl fehlt: {count}",
  withoutPositive: "Nicht gezeichnet, weil sie keine Zahl über null haben: {count}",
  beyondScale: "Die Zahl liegt jenseits der Enden der Skala.",
  moreNotDrawn: "{count} weitere, nicht einzeln gezeichnet",
  andSmaller: "und {count} kleinere",
};
