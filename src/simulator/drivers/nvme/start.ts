import { decodeFields } from "../../../registers/index.js";
import { nvmeRegisters } from "./registers.js";

/** What a controller is asked to start with. */
export interface StartConditions {
  readonly configuration: number;
  readonly sizes: number;
  readonly submission: number;
  readonly completion: number;
}

/** Largest CC.MPS: pages of 64 KiB. */
const largestPage = 4;
/** Command sets by CC.CSS: NVM, all supported ones, administration only. */
const commandSets = 0xc1;

/** Whether a controller starts, or fails at once. hw/nvme/ctrl.c: nvme_start_ctrl() */
export function canStart({ configuration, ...queues }: StartConditions): boolean {
  const wanted = decodeFields(nvmeRegisters.configuration, configuration);
  const sizes = decodeFields(nvmeRegisters.adminQueueSizes, queues.sizes);
  const pageSize = 4096 * 2 ** wanted.pageSize;
  return (
    wanted.pageSize <= largestPage &&
    queues.submission % pageSize === 0 &&
    queues.completion % pageSize === 0 &&
    (commandSets & (1 << wanted.commandSet)) !== 0 &&
    wanted.completionEntrySize === 4 &&
    wanted.submissionEntrySize === 6 &&
    sizes.submission !== 0 &&
    sizes.completion !== 0
  );
}
