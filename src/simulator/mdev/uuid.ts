const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** Characters of a UUID in text, without its end. */
export const uuidLength = 36;

/** lib/uuid.c: guid_parse(): the lower-case UUID that the text begins with; the rest is ignored. */
export function parseUuid(text: string): string | undefined {
  return uuidText.exec(text)?.[0].toLowerCase();
}
