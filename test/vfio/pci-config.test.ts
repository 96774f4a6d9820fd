import { describe, expect, it } from "vitest";
import { Vfio } from "../../src/index.js";
import { recorder } from "./recorder.js";

async function opened() {
  const devices = [{ model: "custom" as const, address: "0000:00:05.0", ...recorder() }];
  const vfio = await Vfio.simulate({ devices, clock: "manual" });
  return { vfio, device: await vfio.openDevice("0000:00:05.0") };
}

describe("device.config", () => {
  it("decodes the header", async () => {
    const { vfio, device } = await opened();
    const { config } = device;
    expect(config).toBe(device.config);
    expect([config.vendorId, config.deviceId]).toEqual([0xca01, 0xcafe]);
    expect([config.subsystemVendorId, config.subsystemId]).toEqual([0xca01, 1]);
    expect([config.revisionId, config.classCode]).toEqual([2, 0x088000]);
    expect([config.headerLayout, config.interruptPin]).toEqual([0, 1]);
    expect(config.status.readFields().capabilityList).toBe(true);
    await vfio.close();
  });

  it("has the command register's bits, as VFIO lets them be written", async () => {
    const { vfio, device } = await opened();
    const { command } = device.config;
    expect(command.readFields()).toMatchObject({ memory: true, busMaster: false });
    command.update({ busMaster: true, intxDisable: true });
    expect(command.readFields()).toMatchObject({ busMaster: true, intxDisable: true });
    command.fields.busMaster.write(false);
    expect(command.fields.busMaster.read()).toBe(false);
    await vfio.close();
  });

  it("decodes BARs and capabilities", async () => {
    const { vfio, device } = await opened();
    const { config } = device;
    expect(config.bars.map(({ index, space, bits }) => [index, space, bits])).toEqual([
      [0, "memory", 64],
      [2, "memory", 32],
      [4, "io", 32],
    ]);
    expect(config.capabilities.map(({ kind, offset }) => [kind, offset])).toEqual([
      ["msix", 0x40],
      ["vendor", 0x50],
    ]);
    expect(config.capability("msix")).toMatchObject({ vectors: 3, enabled: false });
    expect(config.capability("vendor")?.length).toBe(8);
    expect(config.capability("express")).toBeUndefined();
    expect(config.extendedCapabilities).toEqual([]);
    expect(config.extendedCapability("sriov")).toBeUndefined();
    expect(config.msixTableIn(0)).toEqual({ offset: 0x2000, size: 48 });
    expect(config.msixTableIn(2)).toBeUndefined();
    await vfio.close();
  });

  it("shows MSI-X enabled while it is", async () => {
    const { vfio, device } = await opened();
    const msix = device.interrupts.msix.enable(3);
    expect(msix.count).toBe(3);
    expect(device.config.capability("msix")?.enabled).toBe(true);
    msix.closeSync();
    expect(device.config.capability("msix")?.enabled).toBe(false);
    await vfio.close();
  });
});
