#!/usr/bin/env node
/** The command `vfio`. Little is loaded here: `--version` answers at once. */

import { version } from "./version.js";

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`${version()}\n`);
} else {
  const [{ run }, { processTerminal }] = await Promise.all([
    import("./run.js"),
    import("./terminal.js"),
  ]);
  process.exitCode = await run(argv, processTerminal());
}
