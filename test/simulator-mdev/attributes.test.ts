// Goal: numbers, names and UUIDs that are written to attributes read as the kernel reads them.
// Every expectation was seen on a real kernel.

import { expect, test } from "vitest";
import { parseUuid } from "../../src/simulator/mdev/uuid.js";
import { parseUnsigned, sameName } from "../../src/simulator/sysfs/parse.js";

test.each([
  ["0", 0n],
  ["00\n", 0n],
  ["010", 8n],
  ["0X10", 16n],
  ["0x10\n", 16n],
  ["+1", 1n],
  ["1\n", 1n],
  ["1\0x", 1n],
  ["18446744073709551615", 2n ** 64n - 1n],
])("%j is a number", (text, value) => {
  expect(parseUnsigned(text)).toBe(value);
});

test.each([
  "",
  "\n",
  "08",
  "0x",
  "+ 1",
  " 1",
  "1 ",
  "1\n\n",
  "-1",
  "-0",
  "abc",
  "++1",
  "18446744073709551616",
])("%j is none", (text) => {
  expect(parseUnsigned(text)).toBeUndefined();
});

test("a name may end with one newline, and ends at a NUL", () => {
  const results = ["mtty", "mtty\n", "mtty\n\n", "mtty ", "MTTY", "mtt", "mtty\0x"].map((text) =>
    sameName("mtty", text),
  );
  expect(results).toEqual([true, true, false, false, false, false, true]);
});

test("a UUID is the first 36 characters, in lower case", () => {
  const uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
  expect(parseUuid(uuid.toUpperCase())).toBe(uuid);
  expect(parseUuid(`${uuid}X`)).toBe(uuid);
  expect(parseUuid(uuid.replaceAll("-", "_"))).toBeUndefined();
  expect(parseUuid(`${uuid.slice(0, 35)}g`)).toBeUndefined();
  expect(parseUuid(`{${uuid.slice(0, 34)}}`)).toBeUndefined();
  expect(parseUuid(`${uuid.slice(0, 35)}\0`)).toBeUndefined();
});
