import type { TableauPage, TableauWorksheet } from "../../shared/tableau-messages.ts";
import {
  activePage,
  applyFilter,
  applyRange,
  changeParameter,
  type Filter,
  filterOf,
  type Parameter,
  parameterOf,
  type Shown,
} from "./fields.ts";
import { FilterUpdateType, SheetType, TableauError, withoutMeaning } from "./names.ts";
import { type Answer, type DataTable, DataTableReader, narrowed, tableOf } from "./tables.ts";

/** How much of a table is wanted. */
interface Wanted {
  maxRows?: number;
  columnsToInclude?: string[];
  columnsToIncludeById?: string[];
  columnsToIncludeByFieldName?: string[];
}

interface FilterOptions {
  isExcludeMode?: boolean;
}

/** A page, or an element of one. */
abstract class Sheet {
  abstract readonly sheetType: string;
  abstract readonly name: string;
  readonly isHidden = false;

  constructor(
    protected readonly shown: Shown,
    protected readonly place: string,
  ) {}

  /** What the page is now. */
  protected get page(): TableauPage {
    const found = this.shown.sight.pages.find(({ name }) => name === this.place);
    if (!found) throw new TableauError("not_loaded", "this sheet is not there any more");
    return found;
  }

  get index(): number {
    return this.shown.sight.pages.findIndex(({ name }) => name === this.place);
  }

  get isActive(): boolean {
    return this.shown.sight.active === this.place;
  }

  get workbook(): Workbook {
    return new Workbook(this.shown);
  }

  async applyFilterAsync(
    field: string,
    values: unknown,
    update: string = FilterUpdateType.Replace,
    options?: FilterOptions,
  ): Promise<string> {
    return applyFilter(this.shown, this.page, field, values, update, options);
  }

  async applyRangeFilterAsync(field: string, range: { min?: unknown; max?: unknown }): Promise<string> {
    return applyRange(this.shown, this.page, field, range);
  }

  async clearFilterAsync(field: string): Promise<string> {
    return applyFilter(this.shown, this.page, field, [], FilterUpdateType.All);
  }

  async getFiltersAsync(): Promise<Filter[]> {
    return this.page.fields.map((field) => filterOf(field, this.name));
  }

  async getParametersAsync(): Promise<Parameter[]> {
    return this.page.fields.map((field) => parameterOf(this.shown, field));
  }
}

/** A page of a workbook. */
export class Dashboard extends Sheet {
  readonly sheetType = SheetType.Dashboard;

  get name(): string {
    return this.page.title;
  }

  get worksheets(): Worksheet[] {
    return this.page.worksheets.map(({ name }) => new Worksheet(this.shown, this.place, name));
  }
}

/** An element of a page that shows data. */
export class Worksheet extends Sheet {
  readonly sheetType = SheetType.Worksheet;

  constructor(
    shown: Shown,
    place: string,
    private readonly element: string,
  ) {
    super(shown, place);
  }

  get name(): string {
    return this.#worksheet.title || this.element;
  }

  override async getFiltersAsync(): Promise<Filter[]> {
    const { fields } = this.#worksheet;
    return (await super.getFiltersAsync()).filter(({ fieldId }) => fields.includes(fieldId));
  }

  async getSummaryDataAsync(options: Wanted = {}): Promise<DataTable> {
    const answer = await this.shown.call({ name: "rows", sheet: this.element });
    return reduced(tableOf(this.name, answer as Answer, true), options);
  }

  async getSummaryDataReaderAsync(size?: number, options?: Wanted): Promise<DataTableReader> {
    return new DataTableReader(await this.getSummaryDataAsync(options), size);
  }

  async getSummaryColumnsInfoAsync(): Promise<DataTable["columns"]> {
    return (await this.getSummaryDataAsync()).columns;
  }

  /** The rows underneath are one table, for those who may see them. */
  async getUnderlyingTablesAsync(): Promise<{ id: string; caption: string }[]> {
    return this.#worksheet.underlying ? [{ id: this.element, caption: this.name }] : [];
  }

  async getUnderlyingTableDataAsync(_table?: string, options: Wanted = {}): Promise<DataTable> {
    const answer = await this.shown.call({ name: "underlying", sheet: this.element });
    return reduced(tableOf(this.name, answer as Answer, false), options);
  }

  async getUnderlyingTableDataReaderAsync(table: string, size?: number, options?: Wanted): Promise<DataTableReader> {
    return new DataTableReader(await this.getUnderlyingTableDataAsync(table, options), size);
  }

  async getUnderlyingDataAsync(options?: Wanted): Promise<DataTable> {
    return this.getUnderlyingTableDataAsync(this.element, options);
  }

  /** The mark that was chosen last, as a table of one row. */
  async getSelectedMarksAsync(): Promise<{ data: DataTable[] }> {
    const values = Object.entries(this.shown.marks.get(this.element) ?? {});
    const columns = values.map(([name]) => ({ name, label: name, type: "text" }));
    const rows = values.length > 0 ? [values.map(([, value]) => value)] : [];
    return { data: [tableOf(this.name, { columns, rows }, true)] };
  }

  get #worksheet(): TableauWorksheet {
    const found = this.page.worksheets.find(({ name }) => name === this.element);
    if (!found) throw new TableauError("not_loaded", "this sheet is not there any more");
    return found;
  }
}

withoutMeaning(Worksheet, [
  "applyHierarchicalFilterAsync",
  "applyRelativeDateFilterAsync",
  "clearSelectedMarksAsync",
  "getDataSourcesAsync",
  "getLogicalTableDataAsync",
  "getLogicalTableDataReaderAsync",
  "getLogicalTablesAsync",
  "selectMarksByIdAsync",
  "selectMarksByValueAsync",
]);

/** The workbook that is shown. */
export class Workbook {
  constructor(private readonly shown: Shown) {}

  get name(): string {
    return this.shown.sight.title;
  }

  get activeSheet(): Dashboard | Worksheet {
    const page = activePage(this.shown);
    const [worksheet] = page.worksheets;
    const isWorksheet = this.shown.sight.single && worksheet;
    return isWorksheet ? new Worksheet(this.shown, page.name, worksheet.name) : new Dashboard(this.shown, page.name);
  }

  get publishedSheetsInfo(): {
    name: string;
    index: number;
    isActive: boolean;
    isHidden: boolean;
    sheetType: string;
  }[] {
    const { pages, active } = this.shown.sight;
    return pages.map(({ name, title }, index) => ({
      name: title,
      index,
      isActive: name === active,
      isHidden: false,
      sheetType: SheetType.Dashboard,
    }));
  }

  /** Turns to a page, by what people read of it, by its name or by its place. */
  async activateSheetAsync(sheet: string | number): Promise<Dashboard | Worksheet> {
    const called = typeof sheet === "number" ? (this.shown.sight.pages[sheet]?.name ?? "") : sheet;
    await this.shown.call({ name: "turn", sheet: called });
    return this.activeSheet;
  }

  async revertAllAsync(): Promise<void> {
    await this.shown.call({ name: "revert" });
  }

  async getParametersAsync(): Promise<Parameter[]> {
    return this.activeSheet.getParametersAsync();
  }

  async changeParameterValueAsync(name: string, value: unknown): Promise<Parameter> {
    return changeParameter(this.shown, name, value);
  }
}

withoutMeaning(Workbook, [
  "getCustomViewsAsync",
  "removeCustomViewAsync",
  "saveCustomViewAsync",
  "setActiveCustomViewAsDefaultAsync",
  "showCustomViewAsync",
]);

function reduced(table: DataTable, wanted: Wanted): DataTable {
  const { maxRows, columnsToInclude, columnsToIncludeById, columnsToIncludeByFieldName } = wanted;
  return narrowed(table, maxRows, columnsToIncludeById ?? columnsToIncludeByFieldName ?? columnsToInclude);
}
