import { decompress } from "./decompress.js";

// Documentation/arch/x86/boot.rst: the setup header of a bzImage.
const SETUP_SECTORS = 0x1f1;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR = 512;

/** The last 4 bytes tell the uncompressed size; of all formats only gzip has that itself. */
const SIZE_TRAILER = 4;
const GZIP = 0x1f;

/** ELF note XEN_ELFNOTE_PHYS32_ENTRY: type 18, owner "Xen"; without it there is no PVH start. */
const PVH_NOTE = Buffer.from("12000000" + "58656e00", "hex");

/**
 * Takes the uncompressed kernel out of a bzImage, for QEMU to start it through PVH, which saves the
 * guest from decompressing it under emulation. Undefined when this kernel cannot be started so.
 */
export function extractVmlinux(bzImage: Buffer): Buffer | undefined {
  const sectors = bzImage[SETUP_SECTORS] || 4;
  const start = (sectors + 1) * SECTOR + bzImage.readUInt32LE(PAYLOAD_OFFSET);
  const trailer = bzImage[start] === GZIP ? 0 : SIZE_TRAILER;
  const end = start + bzImage.readUInt32LE(PAYLOAD_LENGTH) - trailer;
  const vmlinux = decompress(bzImage.subarray(start, end));
  const isElf = vmlinux.subarray(0, 4).toString("latin1") === "\x7fELF";
  return isElf && vmlinux.includes(PVH_NOTE) ? vmlinux : undefined;
}
