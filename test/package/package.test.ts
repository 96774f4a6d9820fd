// Goal: what `npm pack` packs installs into an empty project and works there: the library with its
// types, the command, the addon of a package for this platform; and nothing runs at install time.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prebuiltPackage } from "../../src/linux/prebuilt.js";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "node-vfio-package-"));
const project = join(folder, "project");
const installed = join(project, "node_modules", "node-vfio");
const addon = join(root, "build", "Release", "node_vfio.node");
let files: string[] = [];

beforeAll(() => {
  const arguments_ = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(run("npm", arguments_, root));
  files = packed.files.map(({ path }: { path: string }) => path);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "project", "type": "module" }');
  // From a folder, so that npm needs no network for what node-vfio depends on.
  const commander = join(root, "node_modules", "commander");
  const tarball = join(folder, packed.filename);
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball, commander], project);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe("the package", () => {
  it("holds the library, and no tests, guests, benchmarks or source maps", () => {
    expect(files).toContain("dist/src/index.js");
    expect(files).toContain("dist/src/index.d.ts");
    expect(files).toContain("native/addon.cc");
    const others = files.filter(
      (path) =>
        !/^(dist\/src|native|docs)\/|^dist\/native\/binding.gyp$|^[\w-]+(\.md|\.json)?$/.test(path),
    );
    expect(others).toEqual([]);
    expect(files.filter((path) => /\.map$|\.test\.|\.node$/.test(path))).toEqual([]);
    const index = readFileSync(join(installed, "dist", "src", "index.js"), "utf8");
    expect(index).not.toContain("sourceMappingURL");
  });

  it("runs nothing at install time", () => {
    const { gypfile, scripts } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(gypfile).toBe(false);
    for (const name of ["preinstall", "install", "postinstall", "prepare"]) {
      expect(scripts).not.toHaveProperty(name);
    }
    // pnpm and yarn compile what has one, whatever `gypfile` says.
    expect(files).not.toContain("binding.gyp");
    expect(existsSync(join(installed, "build"))).toBe(false);
  });

  it("works on the simulated kernel", () => {
    writeFileSync(join(project, "program.mjs"), program);
    expect(run(process.execPath, ["program.mjs"], project)).toBe("10000ed\n");
  });

  it("has a command", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const command = join(project, "node_modules", ".bin", "vfio");
    expect(run(command, ["--version"], project)).toContain(version);
    expect(run(command, ["list", "--kernel", "simulated"], project)).toContain("0000:00:05.0");
  });

  it("has types", () => {
    writeFileSync(
      join(project, "program.ts"),
      `${program}const id: string = text;\nexport { id };`,
    );
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
    symlinkSync(join(root, "node_modules", "@types"), join(project, "node_modules", "@types"));
    const tsc = join(root, "node_modules", ".bin", "tsc");
    expect(run(tsc, ["--noEmit", "-p", project], project)).toBe("");
  });

  it.skipIf(!existsSync(addon))("finds the addon in the package for this platform", () => {
    const prebuilt = join(project, "node_modules", prebuiltPackage());
    mkdirSync(prebuilt, { recursive: true });
    cpSync(addon, join(prebuilt, "node_vfio.node"));
    writeFileSync(join(prebuilt, "package.json"), '{ "main": "node_vfio.node" }');
    const load = `import { loadAddon } from "./node_modules/node-vfio/dist/src/linux/addon.js";
      console.log(loadAddon().pageSize);`;
    const printed = run(process.execPath, ["--input-type=module", "--eval", load], project);
    expect(Number(printed)).toBeGreaterThanOrEqual(4096);
    expect(readdirSync(installed)).not.toContain("build");
  });
});

const program = `import { pci, Vfio } from "node-vfio";
await using vfio = await Vfio.simulate();
await using device = await vfio.openDevice("0000:00:05.0");
const text = device.region(pci.BAR0).read32(0).toString(16);
console.log(text);
`.replaceAll("await using", "const");

const tsconfig = {
  compilerOptions: { module: "nodenext", target: "es2022", strict: true, types: ["node"] },
  files: ["program.ts"],
};

/** What a command prints; its complaints where it fails. */
function run(command: string, arguments_: readonly string[], cwd: string): string {
  const env = { ...process.env, NODE_VFIO_ADDON: undefined, VFIO_KERNEL: undefined };
  const result = spawnSync(command, arguments_, { cwd, env, encoding: "utf8" });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${arguments_.join(" ")}: ${result.stdout}${result.stderr}`);
}
