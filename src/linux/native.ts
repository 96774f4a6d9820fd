import { type Addon, loadAddon } from "./addon.js";
import { Frame } from "./frame.js";
import type { MappingFacts } from "./mapping.js";
import { defineMapping, type LinuxMapping } from "./mapping-access.js";

/** What this thread has of native code. */
export interface Native {
  addon: Addon;
  frame: Frame;
  Mapping: new (facts: MappingFacts) => LinuxMapping;
  /** Bytes of a page. */
  pageSize: number;
}

let made: Native | undefined;

/** Loads the addon when it is first wanted. @throws Error that says what is missing */
export function native(): Native {
  made ??= make();
  return made;
}

function make(): Native {
  const addon = loadAddon();
  const frame = new Frame(addon.frame);
  return { addon, frame, Mapping: defineMapping(addon, frame), pageSize: addon.pageSize };
}
