// Goal: the code in the documents is the code of examples/, and running it prints what they say.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];

/** A block of code in a document, and the output that follows it. */
interface Block {
  document: string;
  code: string;
  output: string | undefined;
}

const blocks = documents.filter((name) => name.endsWith(".md")).flatMap(blocksOf);
const examples = new Map(
  readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [read(join("examples", name)), name]),
);
// What opens "this machine's kernel" must not be let loose on the devices of whoever runs tests.
const env = { ...process.env, VFIO_KERNEL: "simulated" };

describe("code in the documents", () => {
  it("is there", () => {
    expect(blocks.length).toBeGreaterThan(1);
  });

  it.each(blocks)("of $document is an example that prints what it says", ({ code, output }) => {
    const name = examples.get(code);
    expect(name, `no file of examples/ is exactly this:\n${code}`).toBeDefined();
    if (name!.endsWith(".test.ts")) return; // vitest runs it by itself
    const script = join(root, "dist", "examples", name!.replace(/\.ts$/, ".js"));
    const printed = execFileSync(process.execPath, [script], { encoding: "utf8", cwd: root, env });
    if (output !== undefined) expect(printed).toBe(output);
  });
});

function blocksOf(document: string): Block[] {
  const pattern = /```ts\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g;
  return [...read(document).matchAll(pattern)].map(([, code, output]) => ({
    document,
    code: code!,
    output,
  }));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
