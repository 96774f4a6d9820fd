import { bit, bits, ro32, ro64, rw32, rw64 } from "../../../registers/index.js";

/** Controller registers in BAR 0. NVM Express base specification 1.4, 3.1 */
export const nvmeRegisters = {
  capabilities: ro64(0x00, {
    queueEntries: bits(0, 15),
    contiguous: bit(16),
    timeout: bits(24, 31),
    doorbellStride: bits(32, 35),
    commandSets: bits(37, 44),
    pageSizeMinimum: bits(48, 51),
    pageSizeMaximum: bits(52, 55),
  }),
  version: ro32(0x08, { tertiary: bits(0, 7), minor: bits(8, 15), major: bits(16, 31) }),
  interruptMaskSet: rw32(0x0c),
  interruptMaskClear: rw32(0x10),
  configuration: rw32(0x14, {
    enable: bit(0),
    commandSet: bits(4, 6),
    pageSize: bits(7, 10),
    arbitration: bits(11, 13),
    shutdown: bits(14, 15),
    submissionEntrySize: bits(16, 19),
    completionEntrySize: bits(20, 23),
  }),
  status: ro32(0x1c, { ready: bit(0), failed: bit(1), shutdown: bits(2, 3) }),
  subsystemReset: rw32(0x20),
  adminQueueSizes: rw32(0x24, { submission: bits(0, 11), completion: bits(16, 27) }),
  adminSubmissionQueue: rw64(0x28, { page: bits(12, 63) }),
  adminCompletionQueue: rw64(0x30, { page: bits(12, 63) }),
} as const;

/** Doorbells: one of 4 bytes for each submission queue, and one for each completion queue. */
export const nvmeDoorbells = { offset: 0x1000, submission: 0, completion: 4, stride: 8 } as const;
