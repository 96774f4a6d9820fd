// Goal: names are understood as people type them, and what is none is not taken for one.

import { describe, expect, it } from "vitest";
import { pciAddress, similarNames, uuid } from "../../src/sysfs/index.js";

describe("a PCI address", () => {
  it.each([
    ["0000:00:05.0", "0000:00:05.0"],
    ["00:05.0", "0000:00:05.0"],
    ["0000:0A:1F.7", "0000:0a:1f.7"],
    ["10000:e1:00.0", "10000:e1:00.0"],
  ])("%s is %s", (text, address) => {
    expect(pciAddress(text)).toBe(address);
  });

  it.each([
    "",
    "5",
    "00:05",
    "00:20.0",
    "00:05.8",
    "0:05.0",
    "000:00:05.0",
    "00:05.0 ",
    "x00:05.0",
  ])("'%s' is none", (text) => {
    expect(pciAddress(text)).toBeUndefined();
  });
});

describe("a UUID", () => {
  const id = "5d6a9ee0-0e34-4a5b-8f0c-3f3d3b0f1c55";

  it("is taken in either case and written in lower case", () => {
    expect(uuid(id.toUpperCase())).toBe(id);
  });

  it.each([`${id} `, `{${id}}`, id.replaceAll("-", ""), id.slice(1), `${id}0`])(
    "'%s' is none",
    (text) => {
      expect(uuid(text)).toBeUndefined();
    },
  );
});

describe("names like what was typed", () => {
  const present = ["0000:00:05.0", "0000:00:06.0", "0000:17:00.0", "mtty-1", "mtty-2"];

  it("come nearest first, three at most", () => {
    expect(similarNames("0000:00:05.1", present)).toEqual([
      "0000:00:05.0",
      "0000:00:06.0",
      "0000:17:00.0",
    ]);
    expect(similarNames("mtty-9", present)).toEqual(["mtty-1", "mtty-2"]);
  });

  it("are none when nothing is like it", () => {
    expect(similarNames("graphics", ["mtty-1"])).toEqual([]);
  });
});
