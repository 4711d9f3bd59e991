import { expect, it } from "vitest";
import { accountOf, whyOf } from "./ways.ts";

it("says who reaches something and why", () => {
  expect(accountOf({ team: "Buyers" })).toBe("team Buyers");
  expect(accountOf({ guests_of: "kiosk" })).toBe("guests of kiosk");
  expect(accountOf({ public_link: "4b1a1c1e-0000-4000-8000-000000000000" })).toBe("whoever has the public link");
  const way = { to: {}, on: {}, by: "grant" };
  expect(whyOf({ ...way, level: "use_and_annotate" })).toBe("grant: use and annotate");
  expect(whyOf({ ...way, level: null, deny: ["export_csv"] })).toBe("grant, denies export_csv");
  expect(whyOf({ ...way, by: "owner" })).toBe("owns it");
});
