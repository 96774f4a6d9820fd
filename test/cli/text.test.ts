// Goal: numbers, tables and dumps read the way people write and read them, whatever is in them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexdump } from "../../src/cli/text/hexdump.js";
import { json } from "../../src/cli/text/json.js";
import { byteSize, hex, parseBigInt, parseNumber } from "../../src/cli/text/number.js";
import { paint } from "../../src/cli/text/paint.js";
import { table } from "../../src/cli/text/table.js";
import { UsageError } from "../../src/cli/usage-error.js";

describe("a number", () => {
  it.each([
    ["0", 0n],
    ["255", 255n],
    ["0xff", 255n],
    ["0XFF", 255n],
    ["0x10_0000", 0x10_0000n],
    ["0b101", 5n],
    ["0o17", 15n],
    ["4k", 4096n],
    ["1M", 1n << 20n],
    ["2g", 2n << 30n],
    ["0xffffffffffffffff", 2n ** 64n - 1n],
  ])("%s is %s", (text, value) => {
    expect(parseBigInt(text, "value")).toBe(value);
  });

  it.each(["", "-1", "1.5", "0x", "0xg", "12 ", "k", "ten", "1e3", "0b2"])(
    "'%s' is refused",
    (text) => {
      expect(() => parseBigInt(text, "offset")).toThrow(UsageError);
      expect(() => parseBigInt(text, "offset")).toThrow(/^offset: /);
    },
  );

  it("that no Number holds is refused where a Number is wanted", () => {
    expect(() => parseNumber("0xffffffffffffffff", "offset")).toThrow(/too large/);
  });

  it("comes back from its hexadecimal form", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(16), (value, digits) => {
        expect(parseBigInt(hex(value, digits), "value")).toBe(value);
      }),
    );
  });

  it("of bytes is said in the largest unit that fits", () => {
    expect([255, 4096, 1 << 20, 0x280_0000, 0].map(byteSize)).toEqual([
      "255 bytes",
      "4 KiB",
      "1 MiB",
      "40 MiB",
      "0 bytes",
    ]);
  });
});

describe("a hex dump", () => {
  it("shows offset, bytes and characters", () => {
    const bytes = new TextEncoder().encode("PCI Serial/UART\u0000!");
    expect(hexdump(bytes)).toBe(
      "0000  50 43 49 20 53 65 72 69 61 6c 2f 55 41 52 54 00  PCI Serial/UART.\n" +
        "0010  21                                               !\n",
    );
  });

  it("shows words as the registers read, little-endian", () => {
    const bytes = Uint8Array.from([0xed, 0, 0, 1, 1, 2, 3, 4]);
    expect(hexdump(bytes, { start: 0x80, width: 4 })).toBe(
      "0080  010000ed 04030201                    ........\n",
    );
  });

  it("folds rows that repeat, but not the last one", () => {
    const lines = hexdump(new Uint8Array(0x50)).split("\n");
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["0000", "*", "0040", ""]);
  });

  it("shows every byte of rows that differ", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const folded = hexdump(bytes).includes("*\n");
        const shown = hexdump(bytes).matchAll(/^[0-9a-f]{4} {2}((?:[0-9a-f]{2} ?){1,16})/gm);
        const back = [...shown].flatMap(([, row]) => row!.trim().split(/ +/));
        if (!folded) expect(back.map((byte) => Number.parseInt(byte, 16))).toEqual([...bytes]);
      }),
    );
  });
});

describe("a table", () => {
  it("has columns as wide as they need to be, colours or not", () => {
    const rows = (green: (text: string) => string) => [
      ["a", green("viable"), 1],
      ["long one", undefined, 22],
    ];
    const plain = table(rows(paint(false).green), { head: ["NAME", "STATE", "N"] });
    expect(plain).toBe("NAME      STATE   N\na         viable  1\nlong one  -       22\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    const escapes = /\u001b\[\d+m/g;
    const coloured = table(rows(paint(true).green), { head: ["NAME", "STATE", "N"] });
    expect(coloured).not.toBe(plain);
    expect(coloured.replace(escapes, "")).toBe(plain);
  });
});

describe("JSON", () => {
  it("has 64-bit numbers as hexadecimal strings", () => {
    expect(JSON.parse(json({ iova: 2n ** 63n, list: [1n, 2] }))).toEqual({
      iova: "0x8000000000000000",
      list: ["0x1", 2],
    });
  });
});
