import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { findDevice, isVfioError, type SimulatedVfio, Vfio } from "node-vfio";
import { revisionOf } from "./revision.js";

const edu = "0000:00:05.0";
let vfio: SimulatedVfio;

beforeEach(async () => {
  vfio = await Vfio.simulate({ profile: "6.12", devices: [{ model: "edu", address: edu }] });
});

afterEach(async () => {
  await vfio.close();
  vfio.machine.assertIdle(); // files, mappings, pinned memory: nothing is left
});

test("tells the revision", async () => {
  assert.equal(await revisionOf(vfio, edu), "1.0");
});

test("says that a device has fallen off its bus", async () => {
  vfio.machine.faults.device(edu).lost = true;
  await assert.rejects(revisionOf(vfio, edu), /0000:00:05.0 does not answer/);
});

test("passes on who has the group", async () => {
  const { group } = findDevice(vfio.kernel, edu);
  const other = vfio.machine.faults.holdGroup(group!, "qemu");
  await assert.rejects(revisionOf(vfio, edu), (error) => {
    return isVfioError(error, "EBUSY") && error.message.includes("qemu");
  });
  other.shutdown();
});
