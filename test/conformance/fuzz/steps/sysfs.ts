import { isVfioError } from "../../../../src/errors.js";
import { uuid } from "../../fixtures/target.js";
import { num } from "../op.js";
import { outcome, type World } from "../world.js";
import { HAZARD, type Steps } from "./step.js";

const TYPES = ["mtty-1", "mtty-2", "mdpy-vga", "mdpy-hd", "mbochs-small", "mbochs-large"] as const;

function typePath(number: number): string {
  const type = TYPES[number % TYPES.length] as string;
  return `/sys/class/mdev_bus/${type.split("-")[0]}/mdev_supported_types/${type}`;
}

/** UUIDs: of the cast, extra ones, and what is none. */
function name(world: World, number: number): string {
  const [first = "", second = ""] = world.targets.extra;
  const names = [
    uuid(1),
    uuid(2),
    first,
    second,
    `${first}\n`,
    first.toUpperCase(),
    "nonsense",
    "",
  ];
  return names[number % names.length] as string;
}

function text(read: () => string): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (isVfioError(error)) return error.code;
    throw error;
  }
}

/** Steps on the sysfs of mediated devices. */
export const sysfsSteps: Steps = {
  createMdev: (world, [type, number]) =>
    outcome(() =>
      world.kernel.sysfs.write(`${typePath(num(type))}/create`, name(world, num(number))),
    ),
  removeMdev: (world, [number, value]) => {
    const path = `/sys/bus/mdev/devices/${name(world, num(number)).trim().toLowerCase()}/remove`;
    // Removing a device that is open waits for ever: nobody else would close it.
    const busy = [0, 1].some((target) => world.inUse(target));
    if (busy) return HAZARD;
    const texts = ["1", "0", "1\n", "-1", "x", "0x10"];
    return outcome(() => world.kernel.sysfs.write(path, texts[num(value) % texts.length] ?? "1"));
  },
  readType: (world, [type, file]) => {
    const files = ["available_instances", "name", "device_api", "description", "create", "none"];
    const path = `${typePath(num(type))}/${files[num(file) % files.length]}`;
    return text(() => world.kernel.sysfs.read(path));
  },
  listMdevs: (world, [type]) =>
    text(() => world.kernel.sysfs.list(`${typePath(num(type))}/devices`).join(" ")),
};
