// Goal: an idle handle lets the process end; a call that waits does not.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";

const built = existsSync("dist/src/index.js");

function run(program: string): string {
  const script = `
    import { pci, Vfio } from "./dist/src/index.js";
    const vfio = await Vfio.simulate();
    const device = await vfio.openDevice("00:05.0");
    device.config.command.update({ busMaster: true });
    const edu = device.region(pci.BAR0);
    const msi = device.interrupts.msi.enable();
    const later = () => setTimeout(() => edu.write32(0x60, 1), 50);
    process.on("exit", () => console.log("end"));
    ${program}
  `;
  const args = ["--input-type=module", "-e", script];
  return execFileSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
}

it.runIf(built)("ends while devices and interrupts are only open", () => {
  expect(run("")).toBe("end\n");
});

it.runIf(built)("goes on while somebody waits, and ends when it has come", () => {
  expect(run("later(); console.log(await msi.once());")).toBe("{ vector: 0, count: 1 }\nend\n");
});

it.runIf(built)("goes on for a listener until it is taken back", () => {
  const program = "later(); const stop = msi.on(() => { console.log('heard'); stop(); });";
  expect(run(program)).toBe("heard\nend\n");
});

it.runIf(built)("ends for a listener that does not hold it", () => {
  expect(run("msi.on(() => console.log('heard'), { ref: false });")).toBe("end\n");
});

it.runIf(built)("ends when a wait is aborted", () => {
  const program =
    "await msi.once({ signal: AbortSignal.timeout(50) }).catch((e) => console.log(e.name));";
  expect(run(program)).toBe("TimeoutError\nend\n");
});
