import { describe, expect, it } from "vitest";
import { Extension, isVfioError, pci, Vfio } from "../../src/index.js";
import { guest, MTTY, machine, OTHER_MTTY, program } from "./bench.js";

describe("vfio.openDevice", () => {
  it("opens group, container, IOMMU and device in one, and closes them all", async () => {
    const { vfio, files } = await program();
    const device = await vfio.openDevice(MTTY);
    expect(device.name).toBe(MTTY);
    expect(device.api).toBe("pci");
    expect(device.config.vendorId).toBe(0x4348);
    expect(device.group.status()).toEqual({ viable: true, containerSet: true });
    expect(vfio.container.iommu).toBe(Extension.TYPE1v2_IOMMU);
    expect([vfio.groups, vfio.devices, vfio.containers]).toEqual([
      [device.group],
      [device],
      [vfio.container],
    ]);
    expect(files()).toBeGreaterThan(2);
    await vfio.close();
    expect(files()).toBe(0);
    expect([vfio, device, device.group].map(({ closed }) => closed)).toEqual([true, true, true]);
  });

  it("does the same on this thread", async () => {
    const { vfio, files } = await program();
    const device = vfio.openDeviceSync(MTTY.toUpperCase());
    expect(device.region(pci.BAR0).size).toBe(8);
    vfio.closeSync();
    expect(files()).toBe(0);
  });

  it("takes a path of sysfs", async () => {
    const { vfio } = await program();
    const device = await vfio.openDevice(`/sys/bus/mdev/devices/${MTTY}`);
    expect(device.name).toBe(MTTY);
    await vfio.close();
  });

  it("puts devices into one container, or into another that is named", async () => {
    const { vfio } = await program();
    const [one, two] = [await vfio.openDevice(MTTY), await vfio.openDevice(OTHER_MTTY)];
    expect(one.group).not.toBe(two.group);
    expect(one.group.container).toBe(two.group.container);
    await two.group.close();
    const own = vfio.openContainerSync();
    const again = await vfio.openDevice(OTHER_MTTY, { container: own });
    expect(again.group.container).toBe(own);
    await expect(vfio.openDevice(MTTY, { container: own })).rejects.toThrow(TypeError);
    await vfio.close();
  });

  it("opens the same device twice through one group", async () => {
    const { vfio } = await program();
    const [one, two] = await Promise.all([vfio.openDevice(MTTY), vfio.openDevice(MTTY)]);
    expect(one).not.toBe(two);
    expect(one.group).toBe(two.group);
    one.region(pci.BAR0).write8(7, 0x5a);
    await one.close();
    expect(two.region(pci.BAR0).read8(7)).toBe(0x5a);
    await vfio.close();
  });
});

describe("vfio.openDevice that fails", () => {
  it("leaves nothing open, wherever the way ends", async () => {
    const on = machine();
    const failures: string[] = [];
    for (let room = 0; ; room++) {
      const { vfio, files } = await program(on, { maxFiles: 3 + room });
      const opened = await vfio.openDevice(MTTY).catch((error) => {
        failures.push(`${error.code} ${error.syscall} ${error.request ?? ""}`.trim());
      });
      const left = files();
      await vfio.close();
      if (opened !== undefined) break;
      expect(left).toBe(0);
    }
    expect(failures).toEqual([
      "EMFILE open",
      "EMFILE open",
      "EMFILE ioctl VFIO_GROUP_GET_DEVICE_FD",
    ]);
  });

  it("leaves nothing when several fail on the same way, and what one of them needs", async () => {
    const { vfio, files } = await guest();
    const [one, two] = ["0000:02:01.0", "0000:02:02.0"] as const;
    const bad = { vfToken: "nonsense" };
    const failed = await Promise.allSettled([vfio.openDevice(one, bad), vfio.openDevice(two, bad)]);
    expect(failed.map((result) => "reason" in result && result.reason.code)).toEqual([
      "EINVAL",
      "EINVAL",
    ]);
    expect(files()).toBe(0);
    const [, device] = await Promise.allSettled([vfio.openDevice(one, bad), vfio.openDevice(two)]);
    expect(device.status).toBe("fulfilled");
    expect(vfio.devices.map(({ name }) => name)).toEqual([two]);
    await vfio.close();
    expect(files()).toBe(0);
  });

  it("leaves a group and a container that were open before", async () => {
    const { vfio } = await program();
    const group = (await vfio.openDevice(MTTY)).group;
    await group.devices[0]?.close();
    await expect(group.openDevice("nobody")).rejects.toThrow(/no device nobody/);
    expect(group.closed).toBe(false);
    expect(vfio.container.closed).toBe(false);
    await vfio.close();
  });

  it("says who holds the group", async () => {
    const on = machine();
    const [one, two] = [await program(on, { command: "qemu" }), await program(on)];
    await one.vfio.openDevice(MTTY);
    const error = await two.vfio.openDevice(MTTY).catch((reason) => reason);
    expect(error).toMatchObject({ code: "EBUSY", syscall: "open" });
    expect(error.path).toMatch(/^\/dev\/vfio\/\d+$/);
    expect(error.hint).toContain("Held by qemu (pid ");
    const again = await program(on);
    const self = await again.vfio.openDevice(OTHER_MTTY);
    const third = await Vfio.open({ kernel: again.kernel });
    const own = await third.openDevice(OTHER_MTTY).catch((reason) => reason);
    expect(own.hint).toContain("This process has it open already");
    expect(self.closed).toBe(false);
  });

  it("says what may not be opened, and by whom", async () => {
    const { vfio } = await program(machine(), { uid: 1000 });
    const error = await vfio.openDevice(MTTY).catch((reason) => reason);
    expect(error.code).toBe("EACCES");
    expect(error.hint).toMatch(/belongs to uid 0 \(mode 0600\); this is uid 1000/);
    expect(error.hint).toContain("sudo chown 1000 /dev/vfio/");
  });

  it("says what there is instead of a device that is not there", async () => {
    const { vfio } = await program();
    const error = await vfio.openDevice(MTTY.replace("1001", "1003")).catch((reason) => reason);
    expect(isVfioError(error, "ENODEV")).toBe(true);
    expect(error.hint).toContain(`Did you mean ${MTTY}`);
  });

  it("refuses what is no device before any system call", async () => {
    const { vfio, files } = await program();
    for (const wrong of ["", "nonsense", "/dev/vfio/1", 5, null, undefined, {}]) {
      await expect(vfio.openDevice(wrong as string)).rejects.toThrow(TypeError);
      expect(() => vfio.openDeviceSync(wrong as string)).toThrow(TypeError);
    }
    await expect(vfio.openDevice(MTTY, { container: {} as never })).rejects.toThrow(TypeError);
    expect(files()).toBe(0);
  });
});

describe("closing while a device is being opened", () => {
  it("waits for the opening and leaves nothing", async () => {
    const { vfio, files } = await program();
    const opening = vfio.openDevice(MTTY);
    const closing = vfio.close();
    await expect(opening).rejects.toThrow("is closed");
    await closing;
    expect(files()).toBe(0);
  });

  it("is refused on this thread, for the descriptor is in use", async () => {
    const { vfio, files } = await program();
    const opening = vfio.openDevice(MTTY);
    expect(() => vfio.closeSync()).toThrow(/openDevice.* is still running/);
    const device = await opening;
    expect(device.closed).toBe(false);
    vfio.closeSync();
    expect(files()).toBe(0);
  });
});
