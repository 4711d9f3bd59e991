import type { PlotWords } from "./words.ts";

export const WORDS: PlotWords = {
  comma: "، ",
  tableToo: "{description}. يمكن عرض ذلك كجدول أيضًا.",

  line: "مخطط خطي: {value} حسب {by}",
  area: "مخطط مساحي: {value} حسب {by}",
  areaStacked: "مخطط مساحي مكدّس: {value} حسب {by}",
  areaPercent: "مخطط مساحي بالنسب المئوية: {value} حسب {by}",
  bar: "مخطط شريطي: {value} حسب {by}",
  barStacked: "مخطط شريطي مكدّس: {value} حسب {by}",
  barPercent: "مخطط شريطي بالنسب المئوية: {value} حسب {by}",
  scatter: "مخطط انتشار: {value} حسب {by}",
  pie: "مخطط دائري: {value} حسب {by}",
  funnel: "مخطط قمعي: {value} حسب {by}",
  heatmap: "خريطة حرارية: {value} حسب {x} وحسب {y}",
  gauge: "عدّاد {value}: {number} على مقياس من {min} إلى {max}",

  eachOf: "كل {field} على حدة ({labels})",
  firstOf: "أول {count} من أصل {all}: {labels}",
  values: {
    zero: "بلا قيم",
    one: "قيمة واحدة",
    two: "قيمتان",
    few: "{count} قيم",
    many: "{count} قيمة",
    other: "{count} قيمة",
  },
  points: {
    zero: "بلا نقاط",
    one: "نقطة واحدة",
    two: "نقطتان",
    few: "{count} نقاط",
    many: "{count} نقطة",
    other: "{count} نقطة",
  },
  fromTo: "من {first} إلى {last}",
  range: "{field} من {least} إلى {greatest}",
  part: "{label} بقيمة {value}",
  largest: "أكبرها {part} ({share})",

  onlyFirstDrawn: "رُسمت أول {count} من {all} من قيم {field} فقط؛ والجدول يضمها كلها.",
  withoutBoth: "لم تُرسم لنقص رقم فيها: {count}",
  withoutPositive: "لم تُرسم لعدم وجود رقم أكبر من الصفر: {count}",
  beyondScale: "الرقم خارج حدود المقياس.",
  moreNotDrawn: "{count} أخرى لم تُرسم واحدًا واحدًا",
  andSmaller: "و{count} أصغر",
};
