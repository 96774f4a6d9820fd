import { structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import { Config, type Device, Edu, openPci, PciCap, regionOffset } from "../fixtures/index.js";
import { type FieldValue, per, type Trial } from "../trial/index.js";

const SIZE_32 = 4;
const SIZE_64 = 8;

interface Values {
  argsz?: number;
  flags?: number;
  offset?: number;
  data?: number;
  fd?: FieldValue;
}

function ioeventfd(device: Device, values: Values) {
  const given = { flags: SIZE_32, offset: 4, data: 0, fd: -1, ...values };
  return device.call("DEVICE_IOEVENTFD", structs.deviceIoeventfd, given);
}

/** The register takes this value, soon. */
function takes(t: Trial, device: Device, register: number, value: number) {
  const bytes = new Uint8Array(4);
  return t.until(`register ${register} reads ${value.toString(16)}`, () => {
    t.kernel.pread(device.fd, bytes, register);
    return new DataView(bytes.buffer).getUint32(0, true) === value;
  });
}

/** IOEVENTFD: an eventfd that writes a register. */
export const pciIoeventfdCases: readonly ConformanceCase[] = [
  {
    name: "ioeventfd: arguments",
    vectors: [180],
    needs: ["edu"],
    run(t) {
      const { device, container } = openPci(t);
      const e = t.eventfd("e");
      ioeventfd(device, { argsz: 27 }).is("EINVAL");
      for (const flags of [0, 3, 5, 6, 12, 0x14]) ioeventfd(device, { flags }).is("EINVAL");
      ioeventfd(device, { fd: -2 }).is("EINVAL");
      ioeventfd(device, { fd: -1 }).is("ENODEV");
      ioeventfd(device, { fd: e, offset: regionOffset(6) }).is("EINVAL");
      ioeventfd(device, { fd: e, offset: regionOffset(7) }).is("EINVAL");
      ioeventfd(device, { fd: e, offset: regionOffset(1) }).is("EINVAL");
      ioeventfd(device, { fd: e, offset: 0xffffe }).is("EINVAL");
      ioeventfd(device, { fd: 9999 }).is("EBADF");
      ioeventfd(device, { fd: container }).is("EINVAL");
      device.ioctl("DEVICE_IOEVENTFD", null).is("EFAULT");
      device.ioctl("DEVICE_IOEVENTFD", new Uint8Array(27)).is("EFAULT");
    },
  },
  {
    name: "ioeventfd: adding, signalling, removing",
    vectors: [180],
    needs: ["edu"],
    async run(t) {
      const { device } = openPci(t);
      const edu = new Edu(device);
      const e = t.eventfd("e");
      edu.write(4, 0);
      ioeventfd(device, { fd: e, data: 0x12345678 }).is(0);
      ioeventfd(device, { fd: e, data: 0x12345678 }).is("EEXIST");
      ioeventfd(device, { fd: e, data: 0x11111111 }).is(0);
      ioeventfd(device, { data: 0x11111111 }).is(0);
      ioeventfd(device, { fd: e, flags: SIZE_64, offset: 0x80 }).is(per(0, 0, "EINVAL"));
      ioeventfd(device, { flags: SIZE_64, offset: 0x80 }).is(per(0, 0, "EINVAL"));
      e.signal();
      await takes(t, device, 4, ~0x12345678 >>> 0);
      ioeventfd(device, { data: 0x12345678 }).is(0);
      ioeventfd(device, { data: 0x12345678 }).is("ENODEV");
      edu.write(4, 0);
      e.signal();
      edu.reads(4, 0xffffffff);
    },
  },
  {
    name: "ioeventfd: a thousand and no more",
    vectors: [244],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      const before = t.steps.length;
      for (let data = 0; data < 1000; data += 1) ioeventfd(device, { fd: e, data }).is(0);
      t.steps.splice(before + 3);
      ioeventfd(device, { fd: e, data: 1000 }).is("ENOSPC");
      ioeventfd(device, { fd: e, data: 0 }).is("EEXIST");
    },
  },
  {
    name: "ioeventfd: not on the MSI-X table",
    vectors: [181],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const config = new Config(device);
      const pointer = Buffer.from(config.get(config.capability(PciCap.MSIX) + 4, 4), "hex");
      const table = pointer.readUInt32LE(0) & ~7;
      const e = t.eventfd("e");
      ioeventfd(device, { fd: e, offset: table }).is("EINVAL");
      ioeventfd(device, { fd: e, offset: table - 2 }).is("EINVAL");
      ioeventfd(device, { fd: e, offset: table - 4 }).is(0);
    },
  },
];
