import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The top of the checkout. */
export const root = join(import.meta.dirname, "..", "..");

/** A file of the tree, as git sees it. */
export interface SourceFile {
  path: string;
  lines: string[];
}

/** Files of the tree (tracked, and new ones that git does not ignore) with one of these endings. */
export function filesOf(...endings: string[]): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n") }));
}
