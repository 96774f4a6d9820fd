import { addresses, pciPath } from "../../fixtures/needs.js";
import { num } from "../op.js";
import { outcome, type World } from "../world.js";
import { HAZARD, type Steps } from "./step.js";

const { edu, alone } = addresses;
const bus = "/sys/bus/pci";
const names = [edu, alone, `${edu}\n`, edu.slice(5), "0000:0f:1f.7", "", "nonsense"];
const overrides = ["vfio-pci", "vfio-pci\n", "\n", "", "uio_pci_generic", "nosuchdriver\n"];
const drivers = ["vfio-pci", "vfio-pci", "uio_pci_generic"];
/** Identifiers for new_id: of no device, and malformed. */
export const ids = ["1234 0001", "1234", "zz", "1234 0001 0 0 0 0 0", "10000 1", "1234 0002"];

/** One of the texts; numbers go round. */
function among(texts: readonly string[], number: number | string | undefined): string {
  return texts[num(number) % texts.length] as string;
}

function write(world: World, path: string, text: string): string {
  return outcome(() => world.ownKernel.sysfs.write(path, text));
}

/** What is bound, what is overridden, whose group is there. */
function state(world: World): string {
  const { sysfs } = world.ownKernel;
  const parts = [edu, alone].map((name) => {
    const path = pciPath(name);
    const link = `${path}/driver`;
    const driver = sysfs.kind(link) === undefined ? "-" : sysfs.readlink(link).split("/").at(-1);
    const group = sysfs.readlink(`${path}/iommu_group`).split("/").at(-1);
    const node = sysfs.kind(`/sys/class/vfio/${group}`) ?? "-";
    return `${driver} ${sysfs.read(`${path}/driver_override`).trim()} ${node}`;
  });
  return parts.join(" | ");
}

/** Steps on the files of the PCI bus. A device that is open is never unbound: that would wait. */
export const bindingSteps: Steps = {
  override: (world, [device, text]) =>
    write(
      world,
      `${pciPath(num(device) % 2 === 0 ? edu : alone)}/driver_override`,
      among(overrides, text),
    ),
  probe: (world, [name]) => write(world, `${bus}/drivers_probe`, among(names, name)),
  bind: (world, [driver, name]) =>
    write(world, `${bus}/drivers/${among(drivers, driver)}/bind`, among(names, name)),
  unbind: (world, [driver, name]) => {
    if (world.inUse(0)) return HAZARD;
    return write(world, `${bus}/drivers/${among(drivers, driver)}/unbind`, among(names, name));
  },
  newId: (world, [id]) => write(world, `${bus}/drivers/vfio-pci/new_id`, among(ids, id)),
  removeId: (world, [id]) => write(world, `${bus}/drivers/vfio-pci/remove_id`, among(ids, id)),
  bindings: (world) => state(world),
};
