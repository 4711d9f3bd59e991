import { expect, it } from "vitest";
import { given, type Listed, taken, tree } from "./permissions.ts";

const LISTED: Listed[] = [
  { name: "view", sentence: "Look at content.", of_administration: false },
  { name: "export_csv", needs: "view", sentence: "Download.", of_administration: false },
  { name: "save_content", needs: "view", sentence: "Make.", of_administration: false },
  { name: "publish_content", needs: "save_content", sentence: "Publish.", of_administration: false },
  { name: "administer", sentence: "Administer.", of_administration: true },
];

it("puts each permission below the one that it needs", () => {
  const names = (branch: ReturnType<typeof tree>[number]): unknown => [branch.name, branch.children.map(names)];
  expect(tree(LISTED).map(names)).toEqual([
    [
      "view",
      [
        ["export_csv", []],
        ["save_content", [["publish_content", []]]],
      ],
    ],
    ["administer", []],
  ]);
});

it("gives what a permission needs, and takes what needs it", () => {
  expect(given(LISTED, [], "publish_content")).toEqual(["view", "save_content", "publish_content"]);
  expect(given(LISTED, ["view"], "view")).toEqual(["view"]);
  const held = ["view", "save_content", "publish_content", "export_csv"];
  expect(taken(LISTED, held, "save_content")).toEqual(["view", "export_csv"]);
  expect(taken(LISTED, [...held, "administer"], "view")).toEqual(["administer"]);
});
