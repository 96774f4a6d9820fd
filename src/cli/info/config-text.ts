import type { PciBarValue } from "../../vfio/pci-bars.js";
import type { PciCapability, PciExtendedCapability } from "../../vfio/pci-capability.js";
import { hex } from "../text/number.js";
import type { Paint } from "../text/paint.js";
import { className, deviceName, vendorName } from "../text/pci-names.js";
import { type Row, table } from "../text/table.js";
import type { ConfigReport } from "./config-report.js";

/** A decoded configuration space for people: offset, what it is, value, meaning. */
export function configText(config: ConfigReport, paint: Paint): string {
  const rows: Row[] = [
    ...headerRows(config),
    ...config.bars.map(barRow),
    ...tailRows(config),
    ...config.capabilities.map(capabilityRow),
    ...config.extendedCapabilities.map(extendedRow),
  ];
  return `\n${paint.bold("Configuration space")}\n${table(rows, { indent: "  " })}`;
}

function headerRows({ header, command, status }: ConfigReport): Row[] {
  const { vendorId, deviceId, classDevice, programmingInterface } = header;
  const code = classDevice * 0x100 + programmingInterface;
  const words = (names: readonly string[]) => names.join(", ") || " ";
  return [
    ["00", "vendor", hex(vendorId, 4), vendorName(vendorId) ?? " "],
    ["02", "device", hex(deviceId, 4), deviceName(vendorId, deviceId) ?? " "],
    ["04", "command", hex(header.command, 4), words(command)],
    ["06", "status", hex(header.status, 4), words(status)],
    ["08", "revision", hex(header.revisionId, 2), " "],
    ["09", "class", hex(code, 6), className(code)],
  ];
}

function tailRows({ header }: ConfigReport): Row[] {
  const { headerType, subsystemVendorId, subsystemId, interruptLine, interruptPin } = header;
  const pin = interruptPin === 0 ? "no INTx" : `INT${"ABCD"[interruptPin - 1] ?? "?"}`;
  const interrupt: Row = ["3c", "interrupt", hex(interruptLine, 2), pin];
  if ((headerType & 0x7f) !== 0) return [interrupt];
  const id = `${hex(subsystemVendorId, 4)} ${hex(subsystemId, 4)}`;
  return [["2c", "subsystem", id, vendorName(subsystemVendorId) ?? " "], interrupt];
}

function barRow({ index, space, bits, prefetchable, address }: PciBarValue): Row {
  const words = space === "io" ? ["I/O"] : [`memory, ${bits} bits`];
  if (prefetchable) words.push("prefetchable");
  return [hex2(0x10 + 4 * index), `bar${index}`, hex(address, 8), words.join(", ")];
}

function capabilityRow(capability: PciCapability): Row {
  const { id, offset, name } = capability;
  return [hex2(offset), name, hex(id, 2), capabilityWords(capability).join(", ") || " "];
}

function capabilityWords(capability: PciCapability): string[] {
  switch (capability.kind) {
    case "pm":
      return [`version ${capability.version}`, `D${capability.powerState}`];
    case "msi":
      return [
        capability.enabled ? "on" : "off",
        vectors(capability.vectors),
        ...(capability.address64 ? ["64-bit address"] : []),
        ...(capability.perVectorMasking ? ["maskable"] : []),
      ];
    case "msix": {
      const { enabled, table: at, pendingBits } = capability;
      const where = ({ bar, offset }: { bar: number; offset: number }) =>
        `bar${bar}+${hex(offset)}`;
      const places = [`table ${where(at)}`, `pending bits ${where(pendingBits)}`];
      return [enabled ? "on" : "off", vectors(capability.vectors), ...places];
    }
    case "express":
      return [
        portType(capability.portType),
        capability.link.width === 1 ? "1 lane" : `${capability.link.width} lanes`,
        ...(capability.functionReset ? ["function reset"] : []),
      ];
    case "af":
      return capability.functionReset ? ["function reset"] : [];
    case "vendor":
      return [`${capability.length} bytes`];
    default:
      return [];
  }
}

function extendedRow(capability: PciExtendedCapability): Row {
  const { id, offset, name, version } = capability;
  const words = [`version ${version}`];
  if (capability.kind === "sriov") {
    words.push(`${capability.functions} of ${capability.totalFunctions} virtual functions`);
  }
  if (capability.kind === "serial-number") words.push(hex(capability.serialNumber, 16));
  return [hex2(offset), name, hex(id, 4), words.join(", ")];
}

function portType(type: number): string {
  const names = ["endpoint", "legacy endpoint", "", "", "root port", "upstream port"];
  const more = ["downstream port", "bridge to PCI", "bridge from PCI", "integrated endpoint"];
  return [...names, ...more][type] || `port type ${type}`;
}

function vectors(count: number): string {
  return count === 1 ? "1 vector" : `${count} vectors`;
}

function hex2(offset: number): string {
  return offset.toString(16).padStart(2, "0");
}
