import type { SeededRandom } from "../../core/random.js";

/** A UUID's 16 bytes, big-endian as uuid_t has them, in lower-case text. */
export function uuidText(bytes: Uint8Array): string {
  const digits = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0"));
  const part = (from: number, to: number) => digits.slice(from, to).join("");
  return [part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 16)].join("-");
}

/** uuid_parse(): the UUID at the start of a text, in lower case, or undefined. */
export function parseUuid(text: string): string | undefined {
  const match = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(text);
  return match?.[0].toLowerCase();
}

/** uuid_gen(): version 4. */
export function randomUuid(random: SeededRandom): string {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}
