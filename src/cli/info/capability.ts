/** A capability of the configuration space. */
export interface CapabilityReport {
  readonly id: number;
  readonly name: string;
  /** Offset of its header in configuration space. */
  readonly offset: number;
  /** What it says, in a few words each. */
  readonly details: readonly string[];
}

const names: Readonly<Record<number, string>> = {
  1: "power management",
  2: "AGP",
  3: "vital product data",
  5: "MSI",
  7: "PCI-X",
  8: "HyperTransport",
  9: "vendor specific",
  13: "subsystem",
  16: "PCI Express",
  17: "MSI-X",
  18: "SATA",
  19: "advanced features",
};

const extendedNames: Readonly<Record<number, string>> = {
  1: "advanced error reporting",
  2: "virtual channel",
  3: "serial number",
  4: "power budgeting",
  11: "vendor specific",
  13: "access control (ACS)",
  14: "alternative routing (ARI)",
  15: "address translation (ATS)",
  16: "SR-IOV",
  19: "page requests (PRI)",
  21: "resizable BARs",
  24: "latency tolerance",
  25: "secondary PCI Express",
  27: "PASID",
  30: "L1 substates",
  35: "designated vendor specific",
  37: "data link feature",
};

/** The list that starts at the pointer at 0x34. A list that bites its tail ends. */
export function capabilityList(view: DataView): CapabilityReport[] {
  const found: CapabilityReport[] = [];
  const seen = new Set<number>();
  let offset = view.getUint8(0x34) & ~3;
  while (offset >= 0x40 && !seen.has(offset)) {
    seen.add(offset);
    const id = view.getUint8(offset);
    const name = names[id] ?? `capability 0x${id.toString(16).padStart(2, "0")}`;
    found.push({ id, name, offset, details: details(view, id, offset) });
    offset = view.getUint8(offset + 1) & ~3;
  }
  return found;
}

/** The list that starts at 0x100, of PCI Express devices. */
export function extendedCapabilityList(view: DataView): CapabilityReport[] {
  const found: CapabilityReport[] = [];
  const seen = new Set<number>();
  let offset = 0x100;
  while (offset >= 0x100 && offset + 4 <= view.byteLength && !seen.has(offset)) {
    seen.add(offset);
    const header = view.getUint32(offset, true);
    const id = header & 0xffff;
    if (header === 0 || header === 0xffff_ffff) break;
    const name = extendedNames[id] ?? `extended capability 0x${id.toString(16).padStart(4, "0")}`;
    if (id !== 0) found.push({ id, name, offset, details: [] });
    offset = (header >>> 20) & ~3;
  }
  return found;
}

function details(view: DataView, id: number, offset: number): string[] {
  switch (id) {
    case 0x01:
      return offset + 6 > view.byteLength ? [] : [`D${view.getUint16(offset + 4, true) & 3}`];
    case 0x05:
      return msi(view.getUint16(offset + 2, true));
    case 0x10:
      return [portType((view.getUint16(offset + 2, true) >> 4) & 0xf)];
    case 0x11:
      return offset + 12 > view.byteLength ? [] : msix(view, offset);
    default:
      return [];
  }
}

function msi(control: number): string[] {
  const vectors = 1 << ((control >> 1) & 7);
  return [
    control & 1 ? "on" : "off",
    vectors === 1 ? "1 vector" : `${vectors} vectors`,
    ...(control & 0x80 ? ["64-bit address"] : []),
    ...(control & 0x100 ? ["maskable"] : []),
  ];
}

function msix(view: DataView, offset: number): string[] {
  const control = view.getUint16(offset + 2, true);
  const where = (word: number) => `bar${word & 7}+0x${((word & ~7) >>> 0).toString(16)}`;
  return [
    control & 0x8000 ? "on" : "off",
    `${(control & 0x7ff) + 1} vectors`,
    `table ${where(view.getUint32(offset + 4, true))}`,
    `pending ${where(view.getUint32(offset + 8, true))}`,
  ];
}

function portType(type: number): string {
  const types: Readonly<Record<number, string>> = {
    0: "endpoint",
    1: "legacy endpoint",
    4: "root port",
    5: "upstream port",
    6: "downstream port",
    7: "bridge to PCI",
    8: "bridge from PCI",
    9: "integrated endpoint",
    10: "event collector",
  };
  return types[type] ?? `port type ${type}`;
}
