/** Where a PCI function is: domain, bus, device and function numbers. */
export interface PciAddress {
  readonly domain: number;
  readonly bus: number;
  readonly device: number;
  readonly function: number;
}

const pattern = /^([0-9a-f]{4}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/;

/** The address that a name like `0000:00:05.0` stands for, or undefined. */
export function parsePciAddress(name: string): PciAddress | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  const [domain, bus, device, fn] = match.slice(1).map((digits) => Number.parseInt(digits, 16));
  return { domain: domain!, bus: bus!, device: device!, function: fn! };
}

/** pci_name(): `0000:00:05.0`. */
export function formatPciAddress({ domain, bus, device, function: fn }: PciAddress): string {
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(device, 2)}.${fn}`;
}

/** Device and function in one number, as the bus has it: device << 3 | function. */
export function devfn(address: PciAddress): number {
  return (address.device << 3) | address.function;
}

/** A number in lower-case hexadecimal with leading zeros. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
