import { describe, expect, it } from "vitest";
import { type MigrationStream, pci, startMdev } from "../../src/index.js";
import { EDU, guest, MTTY, machine, program } from "./bench.js";

describe("device.migration", () => {
  it("moves a device's state into another one", async () => {
    const on = machine({ profile: "6.12" });
    const { vfio, files } = await program(on);
    const source = await vfio.openDevice(MTTY);
    const { migration } = source;
    expect(migration.support).toEqual({ stopCopy: true, peerToPeer: true, preCopy: true });
    expect([migration.state, migration.dataSize]).toEqual(["running", 96n]);
    source.region(pci.BAR0).write8(7, 0x77);
    const pre = migration.setState("pre-copy") as MigrationStream;
    expect(pre.precopyInfo().dirtyBytes).toBe(0n);
    expect(migration.setState("stop-copy")).toBeUndefined();
    const state = Buffer.concat([...pre.chunks()]);
    expect(state.length).toBe(96);
    const administrator = on.process();
    const uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1003";
    startMdev(administrator, { type: "mtty-2", uuid });
    const target = await vfio.openDevice(uuid);
    const resume = target.migration.setState("resuming") as MigrationStream;
    resume.write(state);
    target.migration.setState("running");
    expect(target.region(pci.BAR0).read8(7)).toBe(0x77);
    expect(() => migration.setState("nonsense" as never)).toThrow(TypeError);
    await vfio.close();
    expect(files()).toBe(0);
  });

  it("is undefined for a device that cannot be migrated", async () => {
    const { vfio } = await guest();
    const device = await vfio.openDevice(EDU);
    expect(device.migration.support).toBeUndefined();
    expect(() => device.migration.state).toThrow(/ENOTTY/);
    await vfio.close();
  });
});
