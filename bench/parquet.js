// Writes Parquet files: plain pages without nulls, uncompressed, so that a table of millions of rows needs no other program.
// Source: the format's own description, parquet-format/src/main/thrift/parquet.thrift, in Thrift's compact protocol.

import { closeSync, openSync, writeSync } from "node:fs";

/** Rows of a page, as most programs write them. */
const PAGE = 20_000;

const MAGIC = Buffer.from("PAR1");
const STRUCT = 12;
const [I32, I64, BINARY, LIST] = [5, 6, 8, 9];

/** Kinds of columns: the physical type, the converted one if any, and how a value is written. */
const KINDS = {
  integer: { physical: 2, put: (value) => long(value) },
  text: { physical: 6, converted: 0, put: (value) => counted(Buffer.from(value)) },
  decimal: { physical: 2, converted: 5, precision: 12, scale: 2, put: (value) => long(value) },
  date: { physical: 1, converted: 6, put: (value) => int(value) },
};

/**
 * Writes `groups` row groups of `rows` rows each. `columns` are `{name, kind, value}`, of which `value` gives the one of a
 * row: numbers, hundredths for `decimal`, days since 1970 for `date`.
 */
export function writeParquet(path, columns, groups, rows) {
  const file = openSync(path, "w");
  let at = writeSync(file, MAGIC);
  const written = Array.from({ length: groups }, (_, group) =>
    columns.map(({ name, kind, value }) => {
      const chunk = { name, kind, rows, offset: at };
      for (let first = 0; first < rows; first += PAGE) {
        const length = Math.min(PAGE, rows - first);
        const cell = (_, row) => KINDS[kind].put(value(group * rows + first + row));
        const values = Buffer.concat(Array.from({ length }, cell));
        at += writeSync(file, pageHeader(values.length, length)) + writeSync(file, values);
      }
      return { ...chunk, bytes: at - chunk.offset };
    }),
  );
  const footer = fileMetadata(columns, written, rows);
  for (const part of [footer, int(footer.length), MAGIC]) writeSync(file, part);
  closeSync(file);
}

function pageHeader(bytes, rows) {
  // Plain values; levels are there for columns with nulls only.
  const page = struct(
    [1, I32, varint(zigzag(rows))],
    [2, I32, zero()],
    [3, I32, varint(zigzag(3))],
    [4, I32, varint(zigzag(3))],
  );
  return struct([1, I32, zero()], [2, I32, varint(zigzag(bytes))], [3, I32, varint(zigzag(bytes))], [5, STRUCT, page]);
}

function fileMetadata(columns, groups, rows) {
  const root = struct([4, BINARY, text("table")], [5, I32, varint(zigzag(columns.length))]);
  return struct(
    [1, I32, varint(zigzag(1))],
    [2, LIST, list(STRUCT, [root, ...columns.map(schemaElement)])],
    [3, I64, varint(zigzag(groups.length * rows))],
    [4, LIST, list(STRUCT, groups.map(rowGroup))],
  );
}

function schemaElement({ name, kind }) {
  const { physical, converted, precision, scale } = KINDS[kind];
  const optional = [
    [6, I32, converted],
    [7, I32, scale],
    [8, I32, precision],
  ];
  const given = optional.filter(([, , value]) => value !== undefined);
  return struct(
    [1, I32, varint(zigzag(physical))],
    [3, I32, zero()],
    [4, BINARY, text(name)],
    ...given.map(([id, type, value]) => [id, type, varint(zigzag(value))]),
  );
}

function rowGroup(chunks) {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  return struct(
    [1, LIST, list(STRUCT, chunks.map(columnChunk))],
    [2, I64, varint(zigzag(bytes))],
    [3, I64, varint(zigzag(chunks[0].rows))],
  );
}

function columnChunk({ name, kind, rows, offset, bytes }) {
  const metadata = struct(
    [1, I32, varint(zigzag(KINDS[kind].physical))],
    [2, LIST, list(I32, [zero()])],
    [3, LIST, list(BINARY, [text(name)])],
    [4, I32, zero()],
    [5, I64, varint(zigzag(rows))],
    [6, I64, varint(zigzag(bytes))],
    [7, I64, varint(zigzag(bytes))],
    [9, I64, varint(zigzag(offset))],
  );
  return struct([2, I64, varint(zigzag(offset))], [3, STRUCT, metadata]);
}

/** Fields of a struct in the order of their ids: `[id, type, bytes]`. */
function struct(...fields) {
  let last = 0;
  const parts = fields.map(([id, type, bytes]) => {
    const delta = id - last;
    last = id;
    return Buffer.concat([Buffer.from([(delta << 4) | type]), bytes]);
  });
  return Buffer.concat([...parts, zero()]);
}

function list(type, items) {
  const head =
    items.length < 15
      ? Buffer.from([(items.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(BigInt(items.length))]);
  return Buffer.concat([head, ...items]);
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

function zigzag(value) {
  return BigInt(value) * 2n;
}

function varint(value) {
  const bytes = [];
  for (; value >= 128n; value >>= 7n) bytes.push(Number(value & 127n) | 128);
  return Buffer.from([...bytes, Number(value)]);
}

function zero() {
  return Buffer.from([0]);
}

function int(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function long(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function counted(bytes) {
  return Buffer.concat([int(bytes.length), bytes]);
}
