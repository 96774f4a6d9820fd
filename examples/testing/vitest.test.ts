import { Requests, Vfio } from "node-vfio";
import { expect, onTestFinished, test } from "vitest";
import { revisionOf } from "./revision.js";

const edu = "0000:00:05.0";

/** A machine, and VFIO as a process of it has it. */
async function start({ uid = 0 } = {}) {
  const { machine } = await Vfio.simulate({ devices: [{ model: "edu", address: edu }] });
  const kernel = machine.process({ command: "tool", uid });
  const vfio = await Vfio.open({ kernel });
  onTestFinished(async () => {
    await vfio.close();
    machine.assertIdle();
  });
  return { vfio, faults: machine.faults };
}

test("a user who may not open the group is told so", async () => {
  const { vfio } = await start({ uid: 1000 });
  await expect(revisionOf(vfio, edu)).rejects.toMatchObject({ code: "EACCES" });
});

test("a step that fails leaves nothing open", async () => {
  const { vfio, faults } = await start();
  faults.fail({ call: "ioctl", request: Requests.GROUP_GET_DEVICE_FD, errno: "ENODEV" });
  await expect(revisionOf(vfio, edu)).rejects.toMatchObject({ code: "ENODEV" });
  expect(vfio.groups).toEqual([]);
  expect(await revisionOf(vfio, edu)).toBe("1.0");
});
