/** Do not retry. */
const dnr = 0x4000;

/** Status of a completion: code and code type, shifted as they stand behind the phase bit. */
export const NvmeStatus = {
  SUCCESS: 0x0000,
  INVALID_OPCODE: 0x0001 | dnr,
  INVALID_FIELD: 0x0002 | dnr,
  INTERNAL: 0x0006,
  INVALID_NAMESPACE: 0x000b | dnr,
  COMMAND_SEQUENCE: 0x000c | dnr,
  INVALID_SGL_TYPE: 0x0011 | dnr,
  DATA_SGL_LENGTH: 0x000f | dnr,
  PRP_OFFSET: 0x0013 | dnr,
  LBA_RANGE: 0x0080 | dnr,
  COMPLETION_QUEUE_INVALID: 0x0100 | dnr,
  QUEUE_ID_INVALID: 0x0101 | dnr,
  QUEUE_SIZE_INVALID: 0x0102 | dnr,
  TOO_MANY_EVENT_REQUESTS: 0x0105,
  INTERRUPT_VECTOR_INVALID: 0x0108 | dnr,
  QUEUE_DELETION_INVALID: 0x010c,
  FEATURE_NOT_SAVEABLE: 0x010d | dnr,
  FEATURE_NOT_CHANGEABLE: 0x010e | dnr,
  FEATURE_NOT_PER_NAMESPACE: 0x010f | dnr,
  COMPARE_FAILED: 0x0285,
} as const;

/** How a command ends: its status, and the first dword of its completion. */
export interface Outcome {
  readonly status: number;
  readonly result?: number;
}

export const success: Outcome = { status: NvmeStatus.SUCCESS };

/** A command that ends with this status. */
export function failure(status: keyof typeof NvmeStatus): Outcome {
  return { status: NvmeStatus[status] };
}
