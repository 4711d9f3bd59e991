import type { PlotWords } from "./words.ts";

export const WORDS: PlotWords = {
  comma: ", ",
  tableToo: "{description}. También se puede ver como tabla.",

  line: "Gráfico de líneas: {value} por {by}",
  area: "Gráfico de áreas: {value} por {by}",
  areaStacked: "Gráfico de áreas apiladas: {value} por {by}",
  areaPercent: "Gráfico de áreas apiladas al 100 %: {value} por {by}",
  bar: "Gráfico de barras: {value} por {by}",
  barStacked: "Gráfico de barras apiladas: {value} por {by}",
  barPercent: "Gráfico de barras apiladas al 100 %: {value} por {by}",
  scatter: "Gráfico de dispersión: {value} según {by}",
  pie: "Gráfico circular: {value} por {by}",
  funnel: "Gráfico de embudo: {value} por {by}",
  // “Y” alone would be “e” before some labels.
  heatmap: "Mapa de calor: {value} por {x} y por {y}",
  gauge: "Medidor, {value}: {number} en una escala de {min} a {max}",

  eachOf: "por separado para cada {field} ({labels})",
  firstOf: "los primeros {count} de {all}: {labels}",
  values: { one: "{count} valor", other: "{count} valores" },
  points: { one: "{count} punto", other: "{count} puntos" },
  fromTo: "desde {first} hasta {last}",
  range: "{field} de {least} a {greatest}",
  part: "{label} con {value}",
  largest: "el mayor es {part} ({share})",

  onlyFirstDrawn: "Solo se dibujan los primeros {count} de {all} valores de {field}; la tabla los tiene todos.",
  withoutBoth: "No dibujadas por faltarles un número: {count}",
  withoutPositive: "No dibujadas por no tener un número mayor que cero: {count}",
  beyondScale: "El número queda fuera de los extremos de la escala.",
  moreNotDrawn: {
    one: "{count} más, no dibujado por separado",
    other: "{count} más, no dibujados uno a uno",
  },
  andSmaller: { one: "y {count} menor", other: "y {count} menores" },
};
