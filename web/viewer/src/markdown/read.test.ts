import { describe, expect, it } from "vitest";
import { read } from "./read.ts";
import type { Block, Inline } from "./tree.ts";

/** A text as an outline, in which everything that will be an element has its name. */
function outline(blocks: readonly Block[]): string {
  return blocks.map(blockOutline).join(" ");
}

function blockOutline(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `h${block.level}(${inline(block.inside)})`;
    case "paragraph":
      return `p(${inline(block.inside)})`;
    case "line":
      return inline(block.inside);
    case "code":
      return `pre(${block.text})`;
    case "list":
      return `${block.ordered ? `ol ${block.start}` : "ul"}(${block.items.map((item) => `li(${outline(item)})`).join(" ")})`;
    case "quote":
      return `quote(${outline(block.inside)})`;
    case "table":
      return `table(${[block.head, ...block.rows].map((row) => row.map(inline).join(" | ")).join(" / ")}; ${block.align})`;
    default:
      return block.kind;
  }
}

function inline(inlines: readonly Inline[]): string {
  return inlines
    .map((one) => {
      if (one.kind === "text") return one.text;
      if (one.kind === "code") return `code(${one.text})`;
      if (one.kind === "break") return "br";
      return `${one.kind === "link" ? `a[${one.href}]` : one.kind}(${inline(one.inside)})`;
    })
    .join("");
}

function depthOf(parts: readonly (Block | Inline)[]): number {
  return Math.max(0, ...parts.map((part) => 1 + ("inside" in part ? depthOf(part.inside) : 0)));
}

it.each([
  ["# One\n\ntwo", "h3(One) p(two)"],
  ["*a* **b** ~~c~~ `d`", "p(emphasis(a) strong(b) deletion(c) code(d))"],
  ["**a *b***", "p(strong(a emphasis(b)))"],
  ["a  \nb", "p(abrb)"],
  ["- a\n- b\n  - c", "ul(li(a) li(b ul(li(c))))"],
  ["3. a\n4. b", "ol 3(li(a) li(b))"],
  ["- a\n\n- b", "ul(li(p(a)) li(p(b)))"],
  ["- [x] a\n- [ ] b", "ul(li(☑  a) li(☐  b))"],
  ["> a\n>\n> b", "quote(p(a) p(b))"],
  ["| a | b | c |\n|---|:-:|--:|\n| 1 | *2* | 3 |", "table(a | b | c / 1 | emphasis(2) | 3; start,center,end)"],
  ["a\n\n---\n\nb", "p(a) rule p(b)"],
  ["```js\na <b> &amp;\n```", "pre(a <b> &amp;)"],
  ["`<b> &amp;`", "p(code(<b> &amp;))"],
  ["a &amp; b &lt; c \\*", "p(a & b < c *)"],
  ["[a][1]\n\n[1]: https://example.com", "p(a[https://example.com/](a))"],
  ["https://example.com/a", "p(a[https://example.com/a](https://example.com/a))"],
  ["", ""],
])("reads %j", (text, expected) => {
  expect(outline(read(text))).toBe(expected);
});

describe("headings", () => {
  it.each([
    ["# a\n\n## b\n\n### c", "h3(a) h4(b) h5(c)"],
    ["## a\n\n#### b", "h3(a) h4(b)"],
    ["# a\n\n## b\n\n### c\n\n#### d\n\n##### e", "h3(a) h4(b) h5(c) h6(d) h6(e)"],
  ])("leave no level out: %j", (text, expected) => {
    expect(outline(read(text))).toBe(expected);
  });
});

describe("what is not shown as it is meant is shown as text", () => {
  it.each([
    ["a <b>b</b> <img src=x onerror=alert(1)>", "p(a <b>b</b> <img src=x onerror=alert(1)>)"],
    ["<script>alert(1)</script>", "p(<script>alert(1)</script>)"],
    ["<div>\n*a*\n</div>", "p(<div>\n*a*\n</div>)"],
    ["&lt;script&gt;", "p(<script>)"],
    ["![a picture](https://example.com/x.png)", "p(a picture)"],
    ["[![a](https://example.com/x.png)](https://example.com)", "p(a[https://example.com/](a))"],
    ["[*a*](javascript:alert(1))", "p(emphasis(a))"],
    ["[a](java&#115;cript:alert(1))", "p(a)"],
    ["[a](<java\tscript:alert(1)>)", "p(a)"],
    ["<javascript:alert(1)>", "p(javascript:alert(1))"],
    ["[a](/admin) [b](//evil.example)", "p(a b)"],
    ["[a]\n\n[a]: javascript:alert(1)", "p(a)"],
  ])("%j", (text, expected) => {
    expect(outline(read(text))).toBe(expected);
  });
});

describe("depth", () => {
  it("is bounded", () => {
    const deep = outline(read(`${">".repeat(40)} a`));
    expect(deep.match(/quote/g)).toHaveLength(13);
    expect(deep).toContain("> a");
    expect(depthOf(read(`${"*a **b ".repeat(20)}c${"** *".repeat(20)}`))).toBeLessThan(15);
  });

  it("beyond all measure is shown as it is written", () => {
    const text = `${">".repeat(20_000)} a`;
    expect(outline(read(text))).toBe(`p(${text})`);
  });
});
