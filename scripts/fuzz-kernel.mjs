/**
 * `npm run fuzz:kernel -- --minutes N --seed S [--kernel 6.1]`: random sequences on real kernels in
 * guests and on the simulated ones, compared step by step; the shortest difference is printed.
 */

import { ensureAddon, ensureDependencies, ensureTypeScript } from "./build.mjs";

ensureDependencies();
ensureAddon({ required: true });
ensureTypeScript();

const { main } = await import(new URL("../dist/test/conformance/fuzz/main.js", import.meta.url));
process.exitCode = await main(process.argv.slice(2));
