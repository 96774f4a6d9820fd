import { decodeFields } from "../../registers/index.js";
import { viewOf } from "../../uapi/codec.js";
import { type PciBarValue, pciBars } from "../../vfio/pci-bars.js";
import {
  type PciCapability,
  type PciExtendedCapability,
  pciCapabilities,
  pciExtendedCapabilities,
} from "../../vfio/pci-capability.js";
import { pciHeader } from "../../vfio/pci-header.js";
import { pciBytes } from "../../vfio/pci-reader.js";

/** A configuration space, decoded. */
export interface ConfigReport {
  /** The header's registers by name. */
  readonly header: Readonly<Record<keyof typeof pciHeader, number>>;
  /** Names of the bits of `command` that are on. */
  readonly command: readonly string[];
  /** Names of the bits of `status` that are on. */
  readonly status: readonly string[];
  readonly bars: readonly PciBarValue[];
  readonly capabilities: readonly PciCapability[];
  readonly extendedCapabilities: readonly PciExtendedCapability[];
}

/** Decodes what was read of a configuration space, at least its header. */
export function configReport(bytes: Uint8Array): ConfigReport {
  const reader = pciBytes(bytes);
  const view = viewOf(bytes);
  const header: Record<string, number> = {};
  for (const [name, { offset, width }] of Object.entries(pciHeader)) {
    const read = { 1: view.getUint8, 2: view.getUint16, 4: view.getUint32 }[width];
    header[name] = read.call(view, offset, true);
  }
  return {
    header: header as ConfigReport["header"],
    command: bitsOn(decodeFields(pciHeader.command, header["command"]!)),
    status: bitsOn(decodeFields(pciHeader.status, header["status"]!)),
    bars: pciBars(reader),
    capabilities: [...pciCapabilities(reader)],
    extendedCapabilities: [...pciExtendedCapabilities(reader)],
  };
}

function bitsOn(fields: Readonly<Record<string, boolean | number>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === true ? [name] : []));
}
