/**
 * `npm run docs`: the API's documentation from its doc comments, and the guides, in dist/docs.
 * typedoc reads TypeScript through the compiler's JavaScript API, which TypeScript 7 does not have:
 * it comes from the npm registry with a TypeScript of its own, and touches nothing here. An export
 * without a comment is an error.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const documents = readdirSync(join(root, "docs"))
  .filter((name) => name.endsWith(".md"))
  .flatMap((name) => ["--projectDocuments", join("docs", name)]);

/** What has to say what it is. Fields of registers and of answers often say it by their name. */
const kinds = ["Class", "Interface", "Function", "TypeAlias", "Variable", "Enum", "Accessor"];

const options = [
  ...["--entryPoints", "src/index.ts", "--tsconfig", "tsconfig.json"],
  ...["--name", "node-vfio", "--readme", "README.md", ...documents],
  ...["--out", join("dist", "docs"), "--disableGit", "--disableSources"],
  ...["--excludeInternal", "--excludePrivate", "--excludeProtected"],
  // Types are tsc's business, and that is another version.
  "--skipErrorChecking",
  ...["--validation.notDocumented", "--treatValidationWarningsAsErrors"],
  ...["--validation.notExported", "false", "--validation.invalidLink"],
  ...kinds.flatMap((kind) => ["--requiredToBeDocumented", kind]),
];
const packages = ["-p", "typedoc@0.28", "-p", "typescript@6"];

process.exitCode = run("npx", ["--yes", ...packages, "typedoc", ...options]);
