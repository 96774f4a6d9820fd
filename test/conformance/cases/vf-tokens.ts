import { Feature, structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import {
  addresses,
  attached,
  type Device,
  feature,
  groupNode,
  groupOf,
  hardware,
  op,
  pciPath,
  type Target,
  withDevice,
} from "../fixtures/index.js";
import type { Outcome, Trial } from "../trial/index.js";

const { virtual } = addresses;
const TOKEN = "0aa17f10-cafe-4bee-8001-00000000a11c";
const OTHER = "0aa17f10-cafe-4bee-8001-00000000b0b0";
const allowed = "/sys/module/vfio_pci/parameters/enable_sriov";

/** PCI_VF_TOKEN SET with the UUID's bytes. */
function setToken(device: Device, token: string): Outcome {
  const { deviceFeature } = structs;
  const bytes = deviceFeature.encode({ flags: Feature.PCI_VF_TOKEN | op.SET }, 16);
  bytes.set(Buffer.from(token.replaceAll("-", ""), "hex"), deviceFeature.size);
  return device.ioctl("DEVICE_FEATURE", bytes, `VF_TOKEN ${token}`);
}

/** One virtual function of a physical one that is open under vfio-pci. */
function virtualFunction(t: Trial) {
  const { sysfs } = t.kernel;
  const before = sysfs.read(allowed).trim();
  t.defer(() => void sysfs.write(allowed, before));
  sysfs.write(allowed, "1");
  const physical = withDevice(hardware(t, "virtual"));
  const count = `${pciPath(virtual)}/sriov_numvfs`;
  t.defer(() => void sysfs.write(count, "0"));
  t.sysfs.write(count, "1").must(1);
  const path = sysfs.realpath(`${pciPath(virtual)}/virtfn0`);
  const name = path.split("/").at(-1) ?? "";
  const target: Target = { name, label: "VF", path, group: groupOf(t, path) };
  return { physical, target };
}

/** Virtual functions of a physical function that user space has. */
export const tokenCases: readonly ConformanceCase[] = [
  {
    name: "vf token: only of a physical function",
    vectors: [182, 251],
    needs: ["virtual"],
    run(t) {
      const { device } = withDevice(hardware(t, "virtual"));
      feature(device, Feature.PCI_VF_TOKEN | op.PROBE).is(0);
      feature(device, Feature.PCI_VF_TOKEN | op.PROBE | op.GET).is("EINVAL");
      feature(device, Feature.PCI_VF_TOKEN | op.SET, 15).is("EINVAL");
      setToken(device, TOKEN).is(0);
    },
  },
  {
    name: "vf token: opening a virtual function",
    vectors: [251],
    needs: ["virtual"],
    run(t) {
      const { physical, target } = virtualFunction(t);
      const { name } = target;
      setToken(physical.device, TOKEN).is(0);
      t.sysfs.link(`${pciPath(name)}/physfn`).is(`../${virtual}`);
      t.tryOpen(groupNode(target), "group of VF").is(0);
      const { group } = attached(t, target);
      group.tryDevice(name).is("EACCES");
      group.tryDevice(`${name} vf_token=${OTHER}`).is("EACCES");
      group.tryDevice(`${name} vf_token=12`).is("EINVAL");
      group.tryDevice(`${name} vf_token=${TOKEN}`).is(0);
    },
  },
  {
    name: "vf token: opening the physical function while a virtual one is in use",
    vectors: [251],
    needs: ["virtual"],
    run(t) {
      const { physical, target } = virtualFunction(t);
      setToken(physical.device, TOKEN).is(0);
      const { group } = attached(t, target);
      const device = group.device(`${target.name} vf_token=${TOKEN}`, "VF");
      device.irqInfo(0).is(0).has({ count: 0 });
      physical.group.tryDevice(virtual).is("EACCES");
      physical.group.tryDevice(`${virtual} vf_token=${OTHER}`).is("EACCES");
      physical.group.tryDevice(`${virtual} vf_token=${TOKEN}`).is(0);
      device.close();
      physical.group.tryDevice(virtual).is(0);
    },
  },
];
