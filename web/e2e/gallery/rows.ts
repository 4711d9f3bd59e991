import { HOSTILE } from "./hostile.ts";

/** A row of the sales, as the tables of the gallery have it. */
export interface Sale {
  tenant: string;
  region: string;
  product: string;
  size: string;
  customer: string;
  stamp: string;
  /** `2026-01-31`. */
  day: string;
  sold_at: string;
  price: number;
  units: number;
  paid: boolean;
}

export const TENANTS = ["acme", "globex", "umbra"] as const;
export type Tenant = (typeof TENANTS)[number];

/** A number that is in every price of a tenant, and nowhere else; Acme's prices are numbers like any other. */
const PRICES: Record<Tenant, number> = { acme: 0, globex: 7_070_707, umbra: 8_080_808 };
/** How many sales a tenant has, and how many days lie between two of them. */
const [COUNT, APART] = [72, 5];
/** The latest sale was so many days ago: nothing changes at midnight. */
const LATEST = 3;
const NOW = Date.now();
export const LEDGER_LINES = 5000;

/** What stands in every text of a tenant's own rows. */
export function canaryOf(tenant: Tenant): string {
  return `CANARY-${tenant}-`;
}

/** What no answer to anybody of another tenant may have in it. */
export function canariesOf(tenant: Tenant): string[] {
  return PRICES[tenant] > 0 ? [canaryOf(tenant), String(PRICES[tenant])] : [canaryOf(tenant)];
}

export function salesOf(tenant: Tenant): Sale[] {
  const name = (text: string) => (tenant === "acme" ? text : `${canaryOf(tenant)}${text}`);
  const one = <Value>(list: readonly Value[], index: number) => list[index % list.length] as Value;
  return Array.from({ length: COUNT }, (_, index) => {
    const day = dayAgo(LATEST + APART * index);
    return {
      tenant,
      region: name(one(["North", "South", "West", "North", "North", "South"], index)),
      product: name(one(["Anvil", "Glue", "Net", "Rope"], index)),
      size: one(["Large", "Small"], Math.floor(index / 4)),
      customer: name(`Customer ${String(index).padStart(2, "0")}`),
      stamp: `${canaryOf(tenant)}${String(index).padStart(2, "0")}-7f3a`,
      day,
      sold_at: `${day}T22:30:00Z`,
      price: PRICES[tenant] + 1 + ((index * 3761) % 9000) / 100,
      units: 1 + ((index * index + 3 * index) % 11),
      paid: index % 5 !== 0,
    };
  });
}

/** Rows whose texts would like to be markup; globex has others. */
export function oddRows(): [tenant: Tenant, word: string, kind: string, number: number][] {
  const own = HOSTILE.map((word, index) => ["acme", word, ODD_KINDS[index % 2] ?? "", 10 + index] as const);
  return [
    ...own.map(([...row]): [Tenant, string, string, number] => [...row]),
    ["acme", `${canaryOf("acme")}odd`, "=1+1", 7],
    ["globex", `${canaryOf("globex")}odd`, "=1+1", 7_070_707],
  ];
}

const ODD_KINDS = ["<b>bold</b>", "=1+1"];

/** The files of the data folder. */
export function files(): Record<string, string> {
  const sales = TENANTS.flatMap(salesOf).map((sale) => ({ ...sale, price: sale.price.toFixed(2) }));
  const ledger = TENANTS.flatMap((tenant) =>
    Array.from({ length: tenant === "acme" ? LEDGER_LINES : 50 }, (_, line) => ({
      tenant,
      line: line + 1,
      entry: `${canaryOf(tenant)}entry-${line + 1}`,
      amount: (PRICES[tenant] + ((line * 7919) % 100_000) / 100).toFixed(2),
    })),
  );
  const odd = oddRows().map(([tenant, word, kind, number]) => ({ tenant, word, kind, number }));
  return { "sales.csv": csv(sales), "ledger.csv": csv(ledger), "odd.csv": csv(odd) };
}

function csv(rows: readonly object[]): string {
  const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(quoted))];
  return `${lines.map((line) => line.join(",")).join("\n")}\n`;
}

/** The day so many days before the one on which these tests began, in UTC. */
export function dayAgo(days: number): string {
  return new Date(NOW - days * 86_400_000).toISOString().slice(0, 10);
}

export function sum(sales: readonly Sale[], member: "price" | "units"): number {
  // Cents are whole: sums of them are exact.
  return Math.round(sales.reduce((all, sale) => all + sale[member] * 100, 0)) / 100;
}

/** Sales by the value of something of theirs, in the order of these values. */
export function grouped(sales: readonly Sale[], key: (sale: Sale) => string): [string, Sale[]][] {
  const groups = new Map<string, Sale[]>();
  for (const sale of sales) groups.set(key(sale), [...(groups.get(key(sale)) ?? []), sale]);
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The first day of the month of a sale. */
export function monthOf({ day }: Sale): string {
  return `${day.slice(0, 7)}-01`;
}
