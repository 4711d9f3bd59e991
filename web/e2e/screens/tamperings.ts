/** A change of how the overview looks that must not go unnoticed. */
export interface Tampering {
  what: string;
  /** Runs in the frame, and leaves there how to undo it: `restore`. */
  tamper: () => void;
  told: RegExp;
}

export const TAMPERINGS: readonly Tampering[] = [
  {
    what: "8 pixels more around what is in a tile",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".tile { padding: 22px 24px 24px !important; }");
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`\.tile > header of total`: left 17 → 25/,
  },
  {
    what: "8 pixels more between tiles",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".grid { gap: 28px !important; }");
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`\.cell of delay`: width/,
  },
  {
    what: "another color of titles",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("h2 { color: var(--ink) !important; }");
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`h2 of total`: colors #556071 .* → #19212c/,
  },
  {
    what: "another color of a chart",
    tamper: () => {
      const root = getComputedStyle(document.documentElement);
      const [first, second] = ["--series-1", "--series-2"].map((name) => root.getPropertyValue(name).trim());
      const shapes = [...document.querySelectorAll(`[data-element="destinations"] .plot path[fill="${first}"]`)];
      for (const shape of shapes) shape.setAttribute("fill", second ?? "");
      Object.assign(window, {
        restore: () => {
          for (const shape of shapes) shape.setAttribute("fill", first ?? "");
        },
      });
    },
    told: /`\.plot of destinations`: colors/,
  },
  {
    what: "a chart without an axis",
    tamper: () => {
      const plot = document.querySelector('[data-element="by-month"] .plot');
      const bottom = plot?.getBoundingClientRect().bottom ?? 0;
      const texts = [...(plot?.querySelectorAll<SVGElement>("svg text") ?? [])].filter(
        (text) => bottom - text.getBoundingClientRect().bottom < 30,
      );
      for (const text of texts) text.style.setProperty("display", "none");
      Object.assign(window, {
        restore: () => {
          for (const text of texts) text.style.removeProperty("display");
        },
      });
    },
    told: /`\.plot of by-month: drawn`: \d+ texts/,
  },
  {
    what: "a grid of other columns",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".grid { grid-template-columns: repeat(14, minmax(0, 1fr)) !important; }");
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`\.cell of total`: width/,
  },
  {
    what: "larger letters",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("h2 { font-size: 15px !important; }");
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`h2 of total`: font size 14 → 15/,
  },
  {
    what: "a button that is gone",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('[data-element="by-month"] .icon { display: none !important; }');
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /`\.tile > header \.icon of by-month` is gone/,
  },
  {
    what: "a drawing that is not painted",
    tamper: () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('[data-element="by-month"] .plot { clip-path: inset(50%) !important; }');
      document.adoptedStyleSheets.push(sheet);
      Object.assign(window, { restore: () => document.adoptedStyleSheets.pop() });
    },
    told: /the picture: \d+ of 384 fields/,
  },
];
