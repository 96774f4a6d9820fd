import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why the C++ compiler cannot be asked, or undefined when it can. */
export const noCompiler =
  spawnSync("g++", ["--version"]).status === 0 ? undefined : "g++ is not installed";

/** The header of this machine with everything that it includes. */
export function preprocessedHeader(): string {
  return execFileSync("g++", ["-E", "-dD", "-include", "linux/vfio.h", "-x", "c++", "/dev/null"], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
}

/** What the C++ compiler says of constant expressions over linux/vfio.h, by the expression. */
export function evaluate(expressions: string[]): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "vfio-header-"));
  try {
    const source = join(folder, "ask.cc");
    const lines = expressions.map((text) => `  printf("%llu\\n", (unsigned long long)(${text}));`);
    const headers = ["cstddef", "cstdio", "linux/vfio.h"].map((name) => `#include <${name}>\n`);
    const program = `${headers.join("")}int main() {\n`;
    writeFileSync(source, `${program}${lines.join("\n")}\n}\n`);
    execFileSync("g++", ["-Wno-invalid-offsetof", "-o", join(folder, "ask"), source]);
    const answers = execFileSync(join(folder, "ask"), { encoding: "utf8" }).trim().split("\n");
    return new Map(expressions.map((text, index) => [text, Number(answers[index])]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
