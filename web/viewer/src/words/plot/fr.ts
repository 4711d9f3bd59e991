import type { PlotWords } from "./words.ts";

export const WORDS: PlotWords = {
  comma: ", ",
  tableToo: "{description}. Ce graphique peut aussi être affiché en tableau.",

  line: "Graphique en courbes : {value} par {by}",
  area: "Graphique en aires : {value} par {by}",
  areaStacked: "Graphique en aires empilées : {value} par {by}",
  areaPercent: "Graphique en aires empilées à 100 % : {value} par {by}",
  bar: "Graphique à barres : {value} par {by}",
  barStacked: "Graphique à barres empilées : {value} par {by}",
  barPercent: "Graphique à barres empilées à 100 % : {value} par {by}",
  scatter: "Nuage de points : {value} selon {by}",
  pie: "Graphique en secteurs : {value} par {by}",
  funnel: "Graphique en entonnoir : {value} par {by}",
  heatmap: "Carte de chaleur : {value} par {x} et par {y}",
  gauge: "Jauge, {value} : {number} sur une échelle de {min} à {max}",

  eachOf: "une série par {field} ({labels})",
  firstOf: "les {count} premières sur {all} : {labels}",
  values: { one: "{count} valeur", other: "{count} valeurs" },
  points: { one: "{count} point", other: "{count} points" },
  // “De” would lose its vowel before some labels and months.
  fromTo: "depuis {first} jusqu’à {last}",
  range: "{field} de {least} à {greatest}",
  part: "{label} avec {value}",
  largest: "la plus grande est {part} ({share})",

  onlyFirstDrawn: "Seules les {count} premières valeurs de {field} sur {all} sont dessinées ; le tableau les a toutes.",
  withoutBoth: "Non dessinées, faute d’un nombre : {count}",
  withoutPositive: "Non dessinées, faute d’un nombre supérieur à zéro : {count}",
  beyondScale: "Le nombre dépasse les bornes de l’échelle.",
  moreNotDrawn: {
    one: "{count} de plus, non dessiné séparément",
    other: "{count} de plus, non dessinés un par un",
  },
  andSmaller: { one: "et {count} plus petit", other: "et {count} plus petits" },
};
