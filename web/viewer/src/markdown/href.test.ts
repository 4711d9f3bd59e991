import { expect, it } from "vitest";
import { decoded } from "./entities.ts";
import { safeHref } from "./href.ts";

it.each([
  ["https://example.com/a?b=c#d", "https://example.com/a?b=c#d"],
  ["http://example.com", "http://example.com/"],
  ["HTTPS://EXAMPLE.COM/A", "https://example.com/A"],
  ["mailto:desk@example.com?subject=Delays", "mailto:desk@example.com?subject=Delays"],
  ["https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&b=2"],
  ["https://example.com/javascript:alert(1)", "https://example.com/javascript:alert(1)"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
])("links to %s", (written, href) => {
  expect(safeHref(written)).toBe(href);
});

it.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "java\tscript:alert(1)",
  "\x01javascript:alert(1)",
  " javascript:alert(1)",
  "&#106;avascript:alert(1)",
  "&#x6A;avascript:alert(1)",
  "javascript&colon;alert(1)",
  "java&Tab;script:alert(1)",
  "java&NewLine;script:alert(1)",
  "&#0106;avascript:alert(1)",
  "&amp;#106;avascript:alert(1)",
  "javascript://example.com/%0aalert(1)",
  "vbscript:msgbox(1)",
  "data:text/html,<script>alert(1)</script>",
  "blob:https://example.com/1",
  "file:///etc/passwd",
  "ftp://example.com/",
  "about:blank",
  "view-source:https://example.com",
  "//evil.example/",
  "\\\\evil.example\\",
  "/admin",
  "page",
  "?query",
  "#fragment",
  "",
  "https://",
  "https://example.com@evil.example/",
  "https://user:secret@example.com/",
])("does not link to %j", (written) => {
  expect(safeHref(written)).toBeUndefined();
});

it.each([
  ["A &amp; B", "A & B"],
  ["&lt;b&gt;", "<b>"],
  ["&amp;lt;", "&lt;"],
  ["&#8364;&#x20AC;&euro;", "€€€"],
  ["&#0;&#xD800;&#9999999;", "\ufffd\ufffd\ufffd"],
  ["&unknown; &constructor; &amp &;", "&unknown; &constructor; &amp &;"],
])("reads the entities of %s", (text, expected) => {
  expect(decoded(text)).toBe(expected);
});
