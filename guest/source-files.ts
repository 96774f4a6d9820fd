import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a script or data file of this folder: they stand beside the TypeScript, not in dist/. */
export function sourceFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return join(here.replace(/([/\\])dist[/\\]guest$/, "$1guest"), name);
}

/** Content of such a file. */
export function readSourceFile(name: string): Buffer {
  return readFileSync(sourceFile(name));
}
