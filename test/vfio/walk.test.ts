import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { gated } from "../../src/gate/index.js";
import { simulate } from "../../src/vfio/simulate.js";
import { walk } from "./walk.js";

it.each(["6.1", "6.12"])(
  "on a simulated Linux %s the walk sees what it saw on the real one",
  async (profile) => {
    const machine = simulate({ profile });
    const kernel = machine.process({ memlock: Number.POSITIVE_INFINITY });
    const seen = await walk(gated(kernel));
    const real = readFileSync(new URL(`walk.${profile}.txt`, import.meta.url), "utf8");
    expect(seen).toEqual(real.trimEnd().split("\n"));
    expect([...kernel.process.files.entries()]).toEqual([]);
  },
);
