/** Rows as the server answers them. */
export interface Answer {
  columns: { name: string; label: string; type: string }[];
  rows: (string | number | boolean | null)[][];
  truncated?: boolean;
}

/** A cell: what it is, and how it is written. */
export interface DataValue {
  value: string | number | boolean | null;
  nativeValue: string | number | boolean | null;
  formattedValue: string;
}

/** Columns and rows as Tableau's library has them. */
export interface DataTable {
  name: string;
  columns: { fieldName: string; fieldId: string; dataType: string; index: number; isReferenced: boolean }[];
  data: DataValue[][];
  totalRowCount: number;
  isTotalRowCountLimited: boolean;
  isSummaryData: boolean;
}

/** Tableau's types for ours. */
const TYPES: Record<string, string> = {
  integer: "int",
  decimal: "float",
  boolean: "bool",
  date: "date",
  timestamp: "date-time",
  text: "string",
};

export function tableOf(name: string, { columns, rows, truncated = false }: Answer, isSummaryData: boolean): DataTable {
  return {
    name,
    columns: columns.map(({ name, label, type }, index) => ({
      fieldName: label,
      fieldId: name,
      dataType: TYPES[type] ?? "string",
      index,
      isReferenced: true,
    })),
    data: rows.map((row) => row.map(dataValue)),
    totalRowCount: rows.length,
    isTotalRowCountLimited: truncated,
    isSummaryData,
  };
}

export function dataValue(value: string | number | boolean | null): DataValue {
  return { value, nativeValue: value, formattedValue: value === null ? "Null" : String(value) };
}

/** A table of some columns, and of at most so many rows. */
export function narrowed(
  table: DataTable,
  most: number | undefined,
  columns: readonly string[] | undefined,
): DataTable {
  const kept = table.columns.filter(({ fieldName, fieldId }) =>
    columns?.length ? columns.some((one) => one === fieldName || one === fieldId) : true,
  );
  const rows = most ? table.data.slice(0, most) : table.data;
  return {
    ...table,
    columns: kept.map((column, index) => ({ ...column, index })),
    data: rows.map((row) => kept.flatMap(({ index }) => row.slice(index, index + 1))),
    totalRowCount: rows.length,
    isTotalRowCountLimited: table.isTotalRowCountLimited || rows.length < table.data.length,
  };
}

/** How many rows a page of a reader has, if nobody says. */
const USUAL_PAGE = 10_000;

/** Gives a table in pages. All of it is here already. */
export class DataTableReader {
  constructor(
    private readonly table: DataTable,
    private readonly size = USUAL_PAGE,
  ) {}

  get totalRowCount(): number {
    return this.table.totalRowCount;
  }

  get pageCount(): number {
    return Math.ceil(this.table.totalRowCount / this.size);
  }

  async getPageAsync(page: number): Promise<DataTable> {
    const data = this.table.data.slice(page * this.size, (page + 1) * this.size);
    return { ...this.table, data };
  }

  async getAllPagesAsync(most?: number): Promise<DataTable> {
    return narrowed(this.table, most, undefined);
  }

  /** There is nothing to be given back. */
  async releaseAsync(): Promise<void> {}
}
