import type { ConformanceCase } from "../case.js";
import { emulated, openMdev } from "../fixtures/index.js";

/** What GET_DEVICE_FD takes for a name, and the file that it gives. */
export const deviceNameCases: readonly ConformanceCase[] = [
  {
    name: "device name: exact for mediated devices",
    vectors: [17],
    needs: ["mtty"],
    run(t) {
      const { group, target } = emulated(t);
      group.tryDevice("").is("ENODEV");
      group.tryDevice(target.name.toUpperCase()).is("ENODEV");
      group.tryDevice(`${target.name} `).is("ENODEV");
      group.tryDevice(`${target.name}\n`).is("ENODEV");
      group.tryDevice(target.name.slice(0, -1)).is("ENODEV");
      group.tryDevice(target.name).is(0);
    },
  },
  {
    name: "device name: length",
    vectors: [18],
    needs: ["mtty"],
    run(t) {
      const { group } = emulated(t);
      group.tryDevice("x".repeat(5999)).is("EINVAL");
      group.tryDevice("x".repeat(4096)).is("EINVAL");
      group.tryDevice("x".repeat(4095)).is("ENODEV");
      // Bytes without an end: reading the string runs into memory that is not there.
      group.ioctl("GROUP_GET_DEVICE_FD", new Uint8Array(8).fill(0x78)).is("EFAULT");
    },
  },
  {
    name: "device file: close-on-exec, read and write",
    vectors: [17],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T1");
      const info = t.kernel.system.readText(`/proc/self/fdinfo/${device.fd}`) ?? "";
      const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "0", 8);
      const O_CLOEXEC = 0o2000000;
      const O_ACCMODE = 3;
      t.equal("device access mode", flags & O_ACCMODE, 2);
      t.equal("device close-on-exec", flags & O_CLOEXEC, O_CLOEXEC);
    },
  },
];
