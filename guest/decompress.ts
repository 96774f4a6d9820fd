import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { requireTools } from "./host-tools.js";
import { GuestSetupError } from "./setup-error.js";

const LARGEST = 512 * 1024 * 1024;

/** The compression formats of Debian's kernels and modules, by their first bytes. */
const FORMATS = [
  { magic: Buffer.from("fd377a585a00", "hex"), tool: "xz", args: ["-dc", "--single-stream"] },
  { magic: Buffer.from("28b52ffd", "hex"), tool: "zstd", args: ["-dcq"] },
] as const;

/** Decompresses xz, zstd or gzip data; anything else comes back as it is. */
export function decompress(data: Buffer): Buffer {
  if (data[0] === 0x1f && data[1] === 0x8b) return gunzipSync(data);
  const format = FORMATS.find(({ magic }) => data.subarray(0, magic.length).equals(magic));
  if (!format) return data;
  requireTools([format.tool]);
  const result = spawnSync(format.tool, format.args, { input: data, maxBuffer: LARGEST });
  if (result.error) throw result.error;
  if (result.status === 0) return result.stdout;
  throw new GuestSetupError(`${format.tool} failed: ${result.stderr.toString().trim()}`);
}
