import { type Bound, bind, blockers, type IommuGroup } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { pciParameter } from "../parameter/device.js";
import { type TakeFlags, takeOptionsOf } from "../parameter/take.js";

interface BindFlags extends TakeFlags {
  driver: string;
}

/** `vfio bind DEVICE` */
export const bindCommand: Command<BindFlags, Bound> = {
  run: async ({ kernel, signal, note }: CommandContext, [text], flags) => {
    const { name } = pciParameter(kernel, text!);
    const { driver } = flags;
    const bound = await bind(kernel, name, { driver, ...takeOptionsOf(flags, signal) });
    for (const line of blockerNotes(bound.group)) note(line);
    return bound;
  },
  show: ({ device, group, before, changed }) => {
    const node = group.node ?? `/dev/vfio/${group.id}`;
    if (!changed) return `${device.name} is with ${device.driver} already: ${node}\n`;
    const from = before.driver === undefined ? "" : `, taken from ${before.driver}`;
    return `${device.name} is with ${device.driver}${from}: group ${group.id}, ${node}\n`;
  },
};

function blockerNotes(group: IommuGroup): string[] {
  const blocking = blockers(group);
  if (blocking.length === 0) return [];
  return [
    `Group ${group.id} cannot be used yet: not all of its devices are free.`,
    ...blocking.map(({ name, driver }) => `  ${name} is with ${driver}: vfio bind ${name}`),
  ];
}
