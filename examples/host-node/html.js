// HTML in which every inserted text is escaped.

class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/** A template tag: `html` pieces are inserted as they are, lists piece by piece, everything else escaped. */
export function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(insert)));
}

function insert(value) {
  if (Array.isArray(value)) return value.map(insert).join("");
  if (value instanceof Html) return value.text;
  return String(value ?? "").replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
