import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pci, SimulatedVfio, Vfio } from "../../src/index.js";

const noVfioHere = !existsSync("/dev/vfio/vfio");

describe("Vfio.open", () => {
  beforeEach(() => vi.stubEnv("VFIO_KERNEL", ""));
  afterEach(() => vi.unstubAllEnvs());

  it.runIf(noVfioHere)("fails where there is no VFIO, and names the ways on", async () => {
    for (const options of [{}, { kernel: "host" as const }]) {
      const error = await Vfio.open(options).catch((reason) => reason);
      expect(error).toMatchObject({ code: "ENOENT", path: "/dev/vfio/vfio" });
      expect(error.hint).toContain("VFIO_KERNEL=simulated");
      expect(error.hint).toContain('fallback: "simulated"');
    }
  });

  it.runIf(noVfioHere)("falls back only where it is told to", async () => {
    await using vfio = await Vfio.open({ fallback: "simulated" });
    expect(vfio.kernel.description.kind).toBe("simulated");
    const device = await vfio.openDevice("0000:00:05.0");
    expect(device.region(pci.BAR0).read32(0)).toBe(0x010000ed);
  });

  it("does what VFIO_KERNEL says, and what the option says before that", async () => {
    vi.stubEnv("VFIO_KERNEL", "simulated:6.12");
    await using vfio = await Vfio.open();
    expect(vfio.kernel.description).toMatchObject({ kind: "simulated", release: "6.12" });
    await using other = await Vfio.open({ kernel: "simulated:7.2" });
    expect(other.kernel.description.release).toBe("7.2");
  });

  it("refuses what is no kernel, and says where that came from", async () => {
    for (const kernel of ["", "linux", "simulated:", "simulated:6.1:x", "SIMULATED"]) {
      await expect(Vfio.open({ kernel: kernel as never })).rejects.toThrow(/^kernel: /);
    }
    await expect(Vfio.open({ kernel: 5 as never })).rejects.toThrow(TypeError);
    await expect(Vfio.open({ fallback: "host" as never })).rejects.toThrow(TypeError);
    await expect(Vfio.open({ kernel: "simulated:5.4" })).rejects.toThrow(/6.1, 6.12, 7.2/);
    vi.stubEnv("VFIO_KERNEL", "nonsense");
    await expect(Vfio.open()).rejects.toThrow(/^VFIO_KERNEL: 'nonsense'/);
  });

  it("leaves a kernel that it was given running", async () => {
    const { machine } = await Vfio.simulate();
    const kernel = machine.process();
    const vfio = await Vfio.open({ kernel });
    await vfio.openDevice("0000:00:05.0");
    await vfio.close();
    expect(machine.kernels).toContain(kernel);
    const again = Vfio.openSync({ kernel });
    again.openDeviceSync("0000:00:05.0");
    again.closeSync();
  });
});

describe("Vfio.simulate", () => {
  it("has the machine at hand, and ends its process", async () => {
    const vfio = await Vfio.simulate({ profile: "6.12", clock: "manual", devices: [] });
    expect(vfio).toBeInstanceOf(SimulatedVfio);
    expect(vfio.machine.profile.version).toBe("6.12");
    expect(vfio.machine.kernels).toHaveLength(1);
    await vfio.close();
    expect(vfio.machine.kernels).toHaveLength(0);
    await expect(Vfio.simulate({ profile: "5.4" })).rejects.toThrow(RangeError);
  });
});

describe("the synchronous twins", () => {
  it.runIf(existsSync("dist/src/index.js"))("load what they need, in the built package", () => {
    const program = `
      import { pci, Vfio } from "./dist/src/index.js";
      const vfio = Vfio.simulateSync();
      const device = vfio.openDeviceSync("00:05.0");
      const opened = Vfio.openSync({ kernel: "simulated" });
      console.log(device.region(pci.BAR0).read32(0).toString(16), opened.kernel.description.kind);
      opened.closeSync();
      vfio.closeSync();
    `;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(out).toBe("10000ed simulated\n");
  });
});
