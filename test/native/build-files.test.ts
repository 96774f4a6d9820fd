// Goal: both build files build the same addon, of all sources that there are, and TypeScript and
// C++ agree on the frame between them.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FRAME_DATA, FRAME_SIZE, Frame, NUMBER_ARGUMENT } from "../../src/linux/frame.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const sources = readdirSync(new URL("../../native", import.meta.url))
  .filter((name) => name.endsWith(".cc"))
  .map((name) => `native/${name}`);

describe("the source lists", () => {
  it("of binding.gyp and CMakeLists.txt are equal and complete", () => {
    const [target] = JSON.parse(read("binding.gyp")).targets;
    const cmake = /set\(SOURCES\s+([^)]*)\)/.exec(read("CMakeLists.txt"))?.[1] ?? "";
    expect(target.sources.toSorted()).toEqual(sources.toSorted());
    expect(cmake.trim().split(/\s+/)).toEqual(target.sources);
  });

  it("are built with the same language and definitions", () => {
    const [target] = JSON.parse(read("binding.gyp")).targets;
    const cmake = read("CMakeLists.txt");
    expect(target.cflags_cc).toContain("-std=c++17");
    expect(cmake).toContain("set(CMAKE_CXX_STANDARD 17)");
    expect(cmake).toContain(`target_compile_definitions(node_vfio PRIVATE ${target.defines})`);
  });
});

describe("the frame", () => {
  const header = read("native/frame.h");
  const constant = (name: string) => new RegExp(`${name} = ([^;]+);`).exec(header)?.[1];

  it("has the same size on both sides", () => {
    expect(Number(constant("kFrameSize"))).toBe(FRAME_SIZE);
    expect(constant("kFrameData")).toBe(`kFrameSize - ${FRAME_SIZE - FRAME_DATA}`);
    expect(Number(constant("kNumber"))).toBe(NUMBER_ARGUMENT);
  });

  it("has the same fields at the same places", () => {
    const struct = /struct Frame \{([^}]*?)\n\n/.exec(header)?.[1] ?? "";
    const sizes = { uint32_t: 4, int32_t: 4, uint64_t: 8, double: 8 } as const;
    const fields = [...struct.matchAll(/^ {2}(\w+) (\w+);/gm)];
    const frame = new Frame(new ArrayBuffer(FRAME_SIZE));
    let offset = 0;
    for (const [, type, name] of fields) {
      const array = frame[name as "status"];
      expect(`${name} at ${array.byteOffset}`).toBe(`${name} at ${offset}`);
      expect(array.byteLength).toBe(sizes[type as keyof typeof sizes]);
      offset += sizes[type as keyof typeof sizes];
    }
    expect(fields.length).toBe(11);
  });
});
