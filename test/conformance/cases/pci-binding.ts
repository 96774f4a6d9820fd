import { OpenFlags } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import { addresses, pciPath, unbindPci } from "../fixtures/index.js";
import type { Trial } from "../trial/index.js";

const bus = "/sys/bus/pci";
const vfio = `${bus}/drivers/vfio-pci`;
const probe = `${bus}/drivers_probe`;
const { edu } = addresses;
const override = `${pciPath(edu)}/driver_override`;

/** Directories between a device's and /sys. */
const depths: Record<string, number> = {
  [addresses.alone]: 4,
  [addresses.bridgeA]: 5,
  [addresses.bridgeB]: 5,
};

/** Whatever a case does to edu is undone. */
function restore(t: Trial, ...names: string[]): void {
  for (const name of [edu, ...names]) t.defer(() => unbindPci(t, name));
}

function driver(t: Trial, expected: string, name: string = edu): void {
  const link = `${pciPath(name)}/driver`;
  const up = "../".repeat(depths[name] ?? 3);
  if (expected === "nothing") t.sysfs.kind(link).is("nothing");
  else t.sysfs.link(link).is(`${up}bus/pci/drivers/${expected}`);
}

/** The driver core's files: overrides, probing, binding, dynamic ids. */
export const pciBindingCases: readonly ConformanceCase[] = [
  {
    name: "binding: probing a device that nothing matches",
    vectors: [259],
    needs: ["edu"],
    run(t) {
      driver(t, "nothing");
      t.sysfs.write(probe, edu).is(12);
      driver(t, "nothing");
      t.sysfs.write(probe, "0000:0f:1f.7").is("ENODEV");
      t.sysfs.write(probe, edu.slice(5)).is("ENODEV");
      t.sysfs.write(probe, "").is(0);
      t.sysfs.write(probe, `${edu}\n`).is(13);
    },
  },
  {
    name: "binding: without id or override",
    vectors: [260],
    needs: ["edu"],
    run(t) {
      t.sysfs.write(`${vfio}/bind`, edu).is("ENODEV");
      t.sysfs.write(`${vfio}/unbind`, edu).is("ENODEV");
      t.sysfs.write(`${vfio}/bind`, "nope").is("ENODEV");
      t.sysfs.write(`${vfio}/bind`, "").is(0);
    },
  },
  {
    name: "binding: an override",
    vectors: [261],
    needs: ["edu"],
    run(t) {
      restore(t);
      t.sysfs.read(override).is("(null)\n");
      t.sysfs.write(override, "nosuchdriver\n").is(13);
      t.sysfs.read(override).is("nosuchdriver\n");
      t.sysfs.write(probe, edu).is(12);
      driver(t, "nothing");
      t.sysfs.write(override, "").is(0);
      t.sysfs.read(override).is("nosuchdriver\n");
      t.sysfs.write(override, "first\nsecond").is(12);
      t.sysfs.read(override).is("first\n");
      t.sysfs.write(override, "\n").is(1);
      t.sysfs.read(override).is("(null)\n");
    },
  },
  {
    name: "binding: length of an override",
    vectors: [262],
    needs: ["edu"],
    run(t) {
      restore(t);
      t.sysfs.write(override, "x".repeat(4094)).is(4094);
      for (const length of [4095, 4096, 4097]) {
        t.sysfs.write(override, "x".repeat(length)).is("EINVAL");
      }
    },
  },
  {
    name: "binding: by override",
    vectors: [265, 269],
    needs: ["edu", "uio"],
    run(t) {
      restore(t);
      t.sysfs.write(override, "vfio-pci\n").is(9);
      t.sysfs.write(`${vfio}/bind`, edu).is(12);
      driver(t, "vfio-pci");
      t.sysfs.write(`${vfio}/bind`, edu).is("EBUSY");
      t.sysfs.write(probe, edu).is(12);
      const uio = `${bus}/drivers/uio_pci_generic`;
      t.sysfs.write(`${uio}/bind`, edu).is("ENODEV");
      t.sysfs.write(`${uio}/unbind`, edu).is("ENODEV");
      t.sysfs.write(override, "\n").is(1);
      driver(t, "vfio-pci");
      t.sysfs.write(`${vfio}/unbind`, edu).is(12);
      driver(t, "nothing");
      t.sysfs.list("/sys/class/vfio").is("");
    },
  },
  {
    name: "binding: dynamic ids",
    vectors: [263, 264],
    needs: ["edu", "alone", "bridge"],
    run(t) {
      const names = [addresses.alone, addresses.bridgeA, addresses.bridgeB];
      restore(t, ...names);
      t.sysfs.write(`${vfio}/new_id`, "1234 11e8").is(9);
      for (const name of [edu, ...names]) driver(t, "vfio-pci", name);
      t.sysfs.write(`${vfio}/new_id`, "1234 11e8").is("EEXIST");
      t.sysfs.write(`${vfio}/new_id`, "zz").is("EINVAL");
      t.sysfs.write(`${vfio}/new_id`, "1234").is("EINVAL");
      t.sysfs.write(`${vfio}/remove_id`, "1234 11e8").is(9);
      t.sysfs.write(`${vfio}/remove_id`, "1234 11e8").is("ENODEV");
      t.sysfs.write(`${vfio}/remove_id`, "x").is("EINVAL");
      driver(t, "vfio-pci");
      t.sysfs.write(`${vfio}/bind`, edu).is("ENODEV");
      t.sysfs.write(`${vfio}/unbind`, edu).is(12);
      t.sysfs.write(`${vfio}/unbind`, edu).is("ENODEV");
    },
  },
  {
    name: "binding: files have one direction",
    vectors: [266],
    needs: ["edu"],
    run(t) {
      t.tryOpen(`${vfio}/bind`, "bind, to read", OpenFlags.readOnly).is("EACCES");
      const vendor = `${pciPath(edu)}/vendor`;
      t.tryOpen(vendor, "vendor, to write", OpenFlags.writeOnly).is("EACCES");
      t.sysfs.read(`${vfio}/new_id`).is("EACCES");
      t.sysfs.read(probe).is("EACCES");
      t.sysfs.write(vendor, "0x1").is("EACCES");
    },
  },
  {
    name: "binding: probing although autoprobe is off",
    vectors: [270],
    needs: ["edu"],
    run(t) {
      restore(t);
      t.defer(() => void t.kernel.sysfs.write(`${bus}/drivers_autoprobe`, "1"));
      t.sysfs.write(`${bus}/drivers_autoprobe`, "0").is(1);
      t.sysfs.write(override, "vfio-pci").is(8);
      t.sysfs.write(probe, edu).is(12);
      driver(t, "vfio-pci");
    },
  },
  {
    name: "binding: not a bridge",
    vectors: [271],
    needs: ["port"],
    run(t) {
      const { port } = addresses;
      const path = `${pciPath(port)}/driver_override`;
      const pcieport = `${bus}/drivers/pcieport`;
      t.defer(() => {
        t.kernel.sysfs.write(path, "\n");
        t.kernel.sysfs.write(`${pcieport}/bind`, port);
      });
      t.kernel.sysfs.write(`${pcieport}/unbind`, port);
      t.sysfs.write(path, "vfio-pci").is(8);
      t.sysfs.write(`${vfio}/bind`, port).is("EINVAL");
      t.sysfs.write(probe, port).is(12);
      driver(t, "nothing", port);
    },
  },
];
