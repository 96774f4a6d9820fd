import { viewOf } from "../../uapi/codec.js";

/** sizeof(struct vfio_info_cap_header) */
const HEADER = 8;

/** A capability of an info struct: its header with `next` still open, and its content. */
export function capabilityBytes(
  id: number,
  length: number,
  fill?: (view: DataView) => void,
  version = 1,
): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, HEADER));
  const view = viewOf(bytes);
  view.setUint16(0, id, true);
  view.setUint16(2, version, true);
  fill?.(view);
  return bytes;
}

/**
 * The chain of capabilities that follows a struct of so many bytes, each aligned (8 from 6.6 on,
 * not at all before), `next` fields set.
 *
 * drivers/vfio/vfio_main.c: vfio_info_cap_add(), vfio_info_cap_shift()
 */
export function chainCapabilities(
  capabilities: readonly Uint8Array[],
  structSize: number,
  align: 1 | 8,
): Uint8Array {
  const lengths = capabilities.map(({ length }) => Math.ceil(length / align) * align);
  const chain = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const view = viewOf(chain);
  let at = 0;
  capabilities.forEach((capability, index) => {
    chain.set(capability, at);
    const next = at + (lengths[index] ?? 0);
    const last = index === capabilities.length - 1;
    view.setUint32(at + 4, last ? 0 : structSize + next, true);
    at = next;
  });
  return chain;
}
