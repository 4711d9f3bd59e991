import { expect, it } from "vitest";
import { PLAIN } from "../looks.ts";
import { readContentAddress, readGuestAddress, withFilters } from "./guest-address.ts";

function read(path: string) {
  return readGuestAddress(new URL(path, "https://vitrine.example"));
}

it.each([
  ["/embed/dashboard/a.b-c_d.e", "a.b-c_d.e"],
  ["/embed/question/a.b.c", "a.b.c"],
  ["/public/dashboard/0b2a6d4e-1", "link_0b2a6d4e-1"],
  ["/public/question/0b2a6d4e-1", "link_0b2a6d4e-1"],
])("%s opens with %s", (path, credential) => {
  expect(read(path)).toEqual({ credential, filters: {}, looks: PLAIN });
});

it.each([
  "/embed/1-abc",
  "/embed/dashboard",
  "/embed/dashboard/",
  "/embed/card/a.b.c",
  "/embed/dashboard/a/b",
  "/e/flights",
])("%s is none of these", (path) => {
  expect(read(path)).toBeUndefined();
});

it("reads values of controls, several for one and none for an emptied one", () => {
  const found = read("/embed/dashboard/t?origin=JFK&origin=LGA&month=&carrier=A%20%26%20B");
  expect(found?.filters).toEqual({ origin: ["JFK", "LGA"], month: [], carrier: ["A & B"] });
});

it.each([
  ["bordered=true&titled=false", { bordered: true, titled: false }],
  ["bordered=yes&titled=1", {}],
  ["theme=night", { scheme: "dark" }],
  ["theme=light", { scheme: "light" }],
  ["theme=transparent", { scheme: "transparent" }],
  ["theme=null", {}],
  ["theme=constructor", {}],
  ["refresh=60", { refreshSeconds: 60 }],
  ["refresh=1", { refreshSeconds: 10 }],
  ["refresh=0", {}],
  ["refresh=-5", {}],
  ["refresh=often", {}],
  ["hide_parameters=a,b,", { hiddenControls: ["a", "b"] }],
  ["downloads=false", { downloads: false }],
  ["downloads=pdf", {}],
  ["hide_download_button=true", { downloads: false }],
  ["hide_download_button=true&downloads=true", {}],
  ["font=Comic&somewhat=new", {}],
])("of the options %s it makes %j", (options, looks) => {
  expect(read(`/embed/dashboard/t#${options}`)?.looks).toEqual({ ...PLAIN, ...looks });
});

it("does not refresh questions", () => {
  expect(read("/embed/question/t#refresh=60")?.looks).toEqual(PLAIN);
});

it("reads addresses of content for people who are logged in", () => {
  const read = (path: string) => readContentAddress(new URL(path, "https://vitrine.example"));
  expect(read("/dashboard/1-flights?origin=JFK#titled=false")).toEqual({
    filters: { origin: ["JFK"] },
    looks: { ...PLAIN, titled: false },
  });
  expect(read("/question/Vq3m0J_8xZ")).toEqual({ filters: {}, looks: PLAIN });
  for (const odd of ["/dashboard", "/dashboard/", "/dashboard/1/2", "/card/1", "/embed/dashboard/1"]) {
    expect(read(odd)).toBeUndefined();
  }
});

it("writes values of controls as it reads them", () => {
  const address = withFilters(new URL("https://vitrine.example/dashboard/1?old=1#titled=false"), {
    origin: ["JFK", "A & B"],
    month: [],
  });
  expect(address.href).toBe("https://vitrine.example/dashboard/1?origin=JFK&origin=A+%26+B&month=#titled=false");
});
