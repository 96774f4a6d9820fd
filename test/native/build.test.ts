// Goal: where something is missing for building the addon, it is named, and everything else goes
// on.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const module = JSON.stringify(fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url)));

function run(body: string, env: NodeJS.ProcessEnv): string {
  const program = `import { ensureAddon, missingTools } from ${module};\n${body}`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

describe("the build", () => {
  it("names every tool that is missing", () => {
    const nothing = { PATH: "/nowhere", CXX: undefined, MAKE: undefined, PYTHON: undefined };
    expect(run("console.log(missingTools().join())", nothing)).toBe(
      "python3,make,a C++ compiler (g++)",
    );
    expect(run("console.log(missingTools().join())", { ...nothing, CXX: process.execPath })).toBe(
      "python3,make",
    );
  });

  it("says that the addon is for Linux, elsewhere", () => {
    const body = `
      Object.defineProperty(process, "platform", { value: "darwin" });
      console.log(JSON.stringify(ensureAddon()));
    `;
    expect(run(body, {})).toContain(
      '{"built":false,"reason":"it is for Linux, and this is darwin"}',
    );
  });
});
