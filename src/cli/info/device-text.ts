import { deviceTitle, idText } from "../text/device-title.js";
import { byteSize } from "../text/number.js";
import type { Paint } from "../text/paint.js";
import { type Row, table } from "../text/table.js";
import type { GroupSummary, InfoReport, VfioReport } from "./report.js";

/** The device's first lines: what it is, where, whose. */
export function deviceText({ device, group, vfio }: InfoReport, paint: Paint): string {
  const title = [device.name, idText(device), deviceTitle(device)].filter((word) => word);
  const override = device.kind === "pci" ? device.driverOverride : undefined;
  const rows: Row[] = [
    ["path", device.path],
    ["driver", device.driver ?? "none"],
    ...(override === undefined ? [] : [["kept for", override]]),
    ["group", group === undefined ? "none" : groupText(group)],
    ...(vfio === undefined ? [] : [["reset", vfio.resettable ? "yes" : "not by itself"]]),
    ...(vfio === undefined || vfio.display.length === 0
      ? []
      : [["display", `by ${vfio.display.join(", ")}: vfio screenshot`]]),
  ];
  return `${paint.bold(title.join("  "))}\n${table(rows, { indent: "  " })}`;
}

/** Regions and interrupts. */
export function vfioText({ regions, interrupts }: VfioReport, paint: Paint): string {
  const regionRows = regions.map((region) => [
    region.index,
    region.name.toLowerCase(),
    byteSize(region.size),
    words({ read: region.readable, write: region.writable, mmap: region.mappable }),
  ]);
  const irqRows = interrupts.map((irq) => [
    irq.index,
    irq.name.toLowerCase(),
    irq.count,
    words({
      eventfd: irq.eventfd,
      maskable: irq.maskable,
      "masks itself": irq.automasked,
      "fixed number": irq.noResize,
    }),
  ]);
  const indent = "  ";
  const regionTable = table(regionRows, { head: ["INDEX", "NAME", "SIZE", "ACCESS"], indent });
  const irqTable = table(irqRows, { head: ["INDEX", "NAME", "VECTORS", "FLAGS"], indent });
  return (
    `\n${paint.bold("Regions")}\n${regions.length === 0 ? `${indent}none\n` : regionTable}` +
    `\n${paint.bold("Interrupts")}\n${interrupts.length === 0 ? `${indent}none\n` : irqTable}`
  );
}

function groupText({ id, node, viable, blockers }: GroupSummary): string {
  const state = viable ? "viable" : `blocked by ${blockers.join(", ")}`;
  return `${id}, ${state}, ${node ?? "no node"}`;
}

function words(flags: Readonly<Record<string, boolean>>): string {
  const on = Object.entries(flags).flatMap(([name, value]) => (value ? [name] : []));
  return on.join(", ");
}
