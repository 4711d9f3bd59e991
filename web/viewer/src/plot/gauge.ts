import type { Answer, Cell, GaugeSpec } from "../api.ts";
import type { Conventions } from "../format.ts";
import { type Field, fieldOf, numberOf } from "./fields.ts";
import { colorAt, type Drawn, type Ink, type Scene } from "./scene.ts";
import { axisWriter } from "./text.ts";
import { markTooltip } from "./tooltip.ts";

/** One number on a scale: that of the first row. */
export interface GaugePlot {
  value: Field;
  cell: Cell;
  target: Field | undefined;
  /** Written with its label; undefined if there is none. */
  targetText: string | undefined;
}

/** Undefined if the answer lacks a column. */
export function readGauge(spec: GaugeSpec, answer: Answer, conventions: Conventions): GaugePlot | undefined {
  const value = fieldOf(answer, spec.value, conventions);
  const target = fieldOf(answer, spec.target, conventions);
  if (!value) return undefined;
  const aim = target?.cells[0] ?? null;
  const targetText = target && aim !== null ? `${target.column.label}: ${target.write(aim)}` : undefined;
  return { value, cell: value.cells[0] ?? null, target, targetText };
}

/** The number as the scale has it: at its end, if it is beyond. */
function onScale({ min, max }: GaugeSpec, cell: Cell | undefined): number | null {
  const number = numberOf(cell);
  return number === null ? null : Math.min(max, Math.max(min, number));
}

export function gaugeOptions(spec: GaugeSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readGauge(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const lines = [`${plot.value.column.label}: ${plot.value.write(plot.cell)}`, plot.targetText];
  const texts = lines.filter((text) => text !== undefined).map((text) => ({ text }));
  return {
    legend: { show: false },
    tooltip: markTooltip(scene, () => texts),
    series: [arc(spec, plot, scene), ends(spec, plot, scene), ...targetMark(spec, plot, scene)],
  };
}

/** Half a circle, as large as the area, with room for the labels of its ends below. */
function dial({ min, max }: GaugeSpec, { area, ink }: Scene) {
  const radius = Math.max(20, Math.min(area.width / 2 - 12, area.height - 48, 190));
  const center = [area.left + area.width / 2, area.top + (area.height + radius - 20) / 2];
  const [startAngle, endAngle] = ink.rtl ? [0, 180] : [180, 0];
  const thickness = Math.round(radius * 0.2);
  return {
    shape: { type: "gauge", min, max, center, radius, startAngle, endAngle, clockwise: !ink.rtl },
    radius,
    thickness,
  };
}

const HIDDEN = { show: false };
const BARE = {
  axisLine: HIDDEN,
  axisTick: HIDDEN,
  splitLine: HIDDEN,
  axisLabel: HIDDEN,
  pointer: HIDDEN,
  detail: HIDDEN,
};

function arc(spec: GaugeSpec, plot: GaugePlot, scene: Scene): object {
  const { ink } = scene;
  const { shape, radius, thickness } = dial(spec, scene);
  const number = onScale(spec, plot.cell);
  return {
    ...shape,
    ...BARE,
    axisLine: { lineStyle: { width: thickness, color: [[1, ink.line]] } },
    progress: { show: number !== null, width: thickness, itemStyle: { color: colorAt(ink, 0) } },
    title: { ...labelStyle(ink), show: plot.targetText !== undefined, offsetCenter: [0, -4] },
    detail: {
      color: ink.text,
      fontFamily: ink.font,
      fontSize: Math.max(18, Math.min(40, radius * 0.24)),
      fontWeight: 600,
      offsetCenter: [0, -radius * 0.26],
      formatter: () => plot.value.write(plot.cell),
    },
    data: [{ value: number ?? spec.min, name: plot.targetText ?? "" }],
  };
}

/** Writes the ends of the scale: percentages without decimals that they do not have. */
export function endWriter({ value }: GaugePlot, conventions: Conventions): (end: number) => string {
  return value.column.format === "percent" ? axisWriter([value], conventions) : value.write;
}

/** What the scale begins and ends with, below the ends of the arc. */
function ends(spec: GaugeSpec, plot: GaugePlot, scene: Scene): object {
  const { shape, radius, thickness } = dial(spec, scene);
  const write = endWriter(plot, scene.conventions);
  const outward = (scene.ink.rtl ? -1 : 1) * (radius - thickness / 2);
  const end = (number: number, x: number) => ({ value: number, name: write(number), title: { offsetCenter: [x, 14] } });
  const data = [end(spec.min, -outward), end(spec.max, outward)];
  return { ...shape, ...BARE, silent: true, title: labelStyle(scene.ink), data };
}

function labelStyle({ muted, font }: Ink): object {
  return { color: muted, fontFamily: font, fontSize: 12 };
}

/** A line across the arc. */
function targetMark(spec: GaugeSpec, { target }: GaugePlot, scene: Scene): object[] {
  const number = onScale(spec, target?.cells[0]);
  if (number === null) return [];
  const { shape, radius, thickness } = dial(spec, scene);
  const pointer = {
    icon: "rect",
    width: 3,
    length: thickness + 8,
    offsetCenter: [0, -(radius - thickness - 4)],
    itemStyle: { color: scene.ink.text },
  };
  return [{ ...shape, ...BARE, silent: true, title: HIDDEN, pointer, data: [{ value: number }] }];
}
