import type { PciDevice } from "./device.js";

/** struct pci_bus: a bus, the bridge that leads to it, and the functions on it. */
export class PciBus {
  readonly devices: PciDevice[] = [];

  constructor(
    readonly domain: number,
    readonly number: number,
    /** The bridge to it; undefined for a root bus. */
    readonly bridge: PciDevice | undefined,
  ) {}

  get isRoot(): boolean {
    return this.bridge === undefined;
  }

  /** `0000:00`, as /sys/class/pci_bus has it. */
  get name(): string {
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
    return `${hex(this.domain, 4)}:${hex(this.number, 2)}`;
  }

  /** pci_walk_bus(): every function on it and below, bridges before what is behind them. */
  *walk(): Generator<PciDevice> {
    for (const device of this.devices) {
      yield device;
      if (device.subordinate !== undefined) yield* device.subordinate.walk();
    }
  }
}
