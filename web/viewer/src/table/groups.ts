import type { Cell } from "../api.ts";

/** What agrees in the first of some fields. */
export interface Group {
  /** A number of its own, in the order in which groups were met. */
  id: number;
  /** Its value of the last of these fields; of no meaning in the root, which is everything. */
  cell: Cell;
  /** Groups that agree in one field more, in the order in which they were met. */
  children: Map<Cell, Group>;
}

/** The rows, or the columns, of a pivot as a tree of groups. */
export class Groups {
  readonly root: Group = { id: 0, cell: null, children: new Map() };
  #count = 1;

  /** The group of these values, which is made if there is none. */
  make(path: readonly Cell[]): Group {
    let group = this.root;
    for (const cell of path) group = group.children.get(cell) ?? this.#add(group, cell);
    return group;
  }

  find(path: readonly Cell[]): Group | undefined {
    let group: Group | undefined = this.root;
    for (const cell of path) group = group?.children.get(cell);
    return group;
  }

  #add(parent: Group, cell: Cell): Group {
    const group = { id: this.#count++, cell, children: new Map() };
    parent.children.set(cell, group);
    return group;
  }
}

/** A line, or a column, of a pivot: of a group without groups inside, or the total of one that has some. */
export interface Entry {
  /** The groups it is in, the outermost first, itself included; of the grand total, none. */
  trail: readonly Group[];
  total: boolean;
}

/** All entries of a tree of groups: totals stand behind what they are the totals of. */
export function entriesOf(groups: Groups, depth: number, totals: boolean): Entry[] {
  const within = (group: Group, trail: readonly Group[]): Entry[] => {
    if (trail.length === depth) return [{ trail, total: false }];
    const entries = [...group.children.values()].flatMap((child) => within(child, [...trail, child]));
    return totals && entries.length > 0 ? [...entries, { trail, total: true }] : entries;
  };
  return within(groups.root, []);
}

/**
 * How many entries a group's head stands for, from `index` on: 0 if it has begun before, or there is none on this level.
 * Of entries of which only some are drawn, the head stands for those from `first` up to, but not including, `end`.
 */
export function spanOf(
  entries: readonly Entry[],
  index: number,
  level: number,
  first = 0,
  end = entries.length,
): number {
  const group = entries[index]?.trail[level];
  if (!group || (index > first && entries[index - 1]?.trail[level] === group)) return 0;
  let span = 1;
  while (index + span < end && entries[index + span]?.trail[level] === group) span += 1;
  return span;
}
