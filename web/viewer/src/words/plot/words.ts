/** Every word that charts say by themselves: apart from the others, because a page of tables does without. */
export interface PlotWords {
  /** Between the parts of a description, and between labels. */
  comma: string;
  tableToo: string;

  /** What is drawn: names are the kinds of charts, with the way they are stacked. */
  line: string;
  area: string;
  areaStacked: string;
  areaPercent: string;
  bar: string;
  barStacked: string;
  barPercent: string;
  scatter: string;
  pie: string;
  funnel: string;
  heatmap: string;
  gauge: string;

  /** What is said of it. */
  eachOf: string;
  firstOf: string;
  values: Counted;
  points: Counted;
  fromTo: string;
  range: string;
  part: string;
  largest: string;

  /** What is not drawn. */
  onlyFirstDrawn: string;
  withoutBoth: string;
  withoutPositive: string;
  beyondScale: string;
  moreNotDrawn: Counted;
  andSmaller: Counted;
}

/** A word about `{count}` things. It has forms in languages whose grammar asks how many they are. */
export type Counted = string | Forms;

/** By what `Intl.PluralRules` calls a count; `other` is said where there is no form of its own. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
