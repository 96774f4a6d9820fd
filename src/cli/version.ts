import { readFileSync } from "node:fs";

/** This package's version, from the package.json above this file (source and build differ). */
export function version(): string {
  for (let directory = new URL(".", import.meta.url); ; ) {
    const text = readIfThere(new URL("package.json", directory));
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
    const above = new URL("..", directory);
    if (above.href === directory.href) return "unknown";
    directory = above;
  }
}

function readIfThere(file: URL): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
