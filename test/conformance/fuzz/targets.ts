import { isVfioError } from "../../../src/errors.js";
import type { Kernel } from "../../../src/kernel.js";
import { addresses, pciPath } from "../fixtures/needs.js";
import { mdevTypes, uuid } from "../fixtures/target.js";
import type { Version } from "../trial/index.js";
import { arm } from "./arm.js";
import { calm } from "./calm.js";
import type { Theme } from "./op.js";
import { ids } from "./steps/binding.js";

/** What a target is. */
export type Kind = keyof typeof mdevTypes | keyof typeof addresses;

/** A device that sequences play with. */
export interface PlayTarget {
  readonly kind: Kind;
  readonly name: string;
  readonly node: string;
}

/** What each theme plays with, by the numbers of targets. */
const casts: Record<Theme, readonly Kind[]> = {
  emulated: ["T1", "T2"],
  hardware: ["edu", "T1", "alone"],
  mtty: ["T2"],
  display: ["PY", "BO"],
  edu: ["edu"],
  nvme: ["nvme"],
  bridge: ["bridgeA", "bridgeB"],
  processes: ["T1", "edu", "T2"],
  binding: ["edu", "T1"],
  sysfs: ["T1", "PY"],
};

const edus: readonly Kind[] = ["edu", "alone", "bridgeA", "bridgeB"];

/** The devices of a sequence: mediated ones are made for it, PCI ones stay bound between. */
export class Targets {
  #cast: PlayTarget[] = [];
  #theme: Theme | undefined;
  readonly #bound = new Set<string>();

  constructor(
    readonly kernel: Kernel,
    readonly version: Version,
  ) {}

  /** The target of that number; numbers go round. */
  at(number: number): PlayTarget {
    return this.#cast[number % this.#cast.length] as PlayTarget;
  }

  get count(): number {
    return this.#cast.length;
  }

  begin(theme: Theme): void {
    this.#theme = theme;
    if (theme === "binding") this.#release();
    this.#cast = casts[theme].map((kind, index) => {
      const target = isPci(kind) ? this.#bind(kind) : this.#create(kind, index);
      if (edus.includes(kind)) calm(this.kernel, target);
      if (this.version === "6.1" && (kind === "T1" || kind === "T2")) arm(this.kernel, target);
      return target;
    });
  }

  end(): void {
    for (const { kind, name } of this.#cast) if (!isPci(kind)) this.#remove(name);
    for (const name of this.extra) this.#remove(name);
    if (this.#theme === "binding") this.#release();
  }

  /** Mediated devices that steps may create besides those of the cast. */
  readonly extra = [uuid(101), uuid(102)];

  dispose(): void {
    const { sysfs } = this.kernel;
    for (const name of this.#bound) {
      sysfs.write("/sys/bus/pci/drivers/vfio-pci/unbind", name);
      sysfs.write(`${pciPath(name)}/driver_override`, "\n");
    }
    this.#bound.clear();
  }

  /** Takes back whatever steps have done to bindings. */
  #release(): void {
    const { sysfs } = this.kernel;
    for (const name of [addresses.edu, addresses.alone]) {
      const link = `${pciPath(name)}/driver`;
      const driver = sysfs.kind(link) && sysfs.readlink(link).split("/").at(-1);
      if (driver) sysfs.write(`/sys/bus/pci/drivers/${driver}/unbind`, name);
      sysfs.write(`${pciPath(name)}/driver_override`, "\n");
      this.#bound.delete(name);
    }
    for (const id of ids) {
      try {
        sysfs.write("/sys/bus/pci/drivers/vfio-pci/remove_id", id);
      } catch (error) {
        if (!isVfioError(error)) throw error;
      }
    }
  }

  #create(kind: keyof typeof mdevTypes, index: number): PlayTarget {
    const { parent, type } = mdevTypes[kind];
    const name = uuid(index + 1);
    const types = `/sys/class/mdev_bus/${parent}/mdev_supported_types`;
    this.kernel.sysfs.write(`${types}/${type}/create`, name);
    return { kind, name, node: this.#node(`/sys/bus/mdev/devices/${name}`) };
  }

  #remove(name: string): void {
    try {
      this.kernel.sysfs.write(`/sys/bus/mdev/devices/${name}/remove`, "1");
    } catch (error) {
      if (!isVfioError(error, "ENOENT")) throw error;
    }
  }

  #bind(kind: keyof typeof addresses): PlayTarget {
    const name = addresses[kind];
    if (!this.#bound.has(name)) {
      this.kernel.sysfs.write(`${pciPath(name)}/driver_override`, "vfio-pci");
      this.kernel.sysfs.write("/sys/bus/pci/drivers_probe", name);
      this.#bound.add(name);
    }
    return { kind, name, node: this.#node(pciPath(name)) };
  }

  #node(path: string): string {
    return `/dev/vfio/${this.kernel.sysfs.readlink(`${path}/iommu_group`).split("/").at(-1)}`;
  }
}

function isPci(kind: Kind): kind is keyof typeof addresses {
  return kind in addresses;
}
