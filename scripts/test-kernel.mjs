/**
 * `npm run test:kernel [-- --kernel 6.1 --only name --steps N --seed S]`: runs the conformance
 * cases, the tour and the guide's driver in guests with real kernels, the same cases on the
 * simulator, and compares every trace; then random sequences of so many steps on both.
 */

import { ensureAddon, ensureDependencies, ensureTypeScript } from "./build.mjs";

ensureDependencies();
ensureAddon({ required: true });
ensureTypeScript();

const { main } = await import(new URL("../dist/test/conformance/proof/main.js", import.meta.url));
process.exitCode = await main(process.argv.slice(2));
