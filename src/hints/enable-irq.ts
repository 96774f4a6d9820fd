import type { VfioError } from "../errors.js";

/** An interrupt index, as messages name it. */
interface NamedIrq {
  readonly index: number;
  readonly name: string;
}

/** Indices of which one at a time can be on: INTx, MSI, MSI-X. */
const LAST_EXCLUSIVE = 2;

/** Why interrupts were not enabled. vfio_pci_intrs.c */
export function enableIrqHint(
  { enabled }: { readonly enabled: readonly NamedIrq[] },
  wanted: NamedIrq,
  { code }: VfioError,
): string | undefined {
  const other = enabled.find(({ index }) => index !== wanted.index && index <= LAST_EXCLUSIVE);
  if (code === "EINVAL" && other !== undefined && wanted.index <= LAST_EXCLUSIVE) {
    return `${other.name} is enabled; a device has one kind at a time: dispose that first.`;
  }
  if (code === "EMFILE") return "Each vector takes a file: `ulimit -n` says how many there may be.";
  return undefined;
}
