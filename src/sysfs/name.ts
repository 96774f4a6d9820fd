/** Device names as people type them, and as the kernel writes them. */

const pciPattern = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([0-1][0-9a-f])\.([0-7])$/i;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The full PCI address of `00:05.0` or `0000:00:05.0`; undefined for what is none. */
export function pciAddress(text: string): string | undefined {
  const parts = pciPattern.exec(text);
  if (parts === null) return undefined;
  const [, domain = "0000", bus, slot, fn] = parts;
  return `${domain}:${bus}:${slot}.${fn}`.toLowerCase();
}

/** A UUID in the kernel's lower case; undefined for what is none. */
export function uuid(text: string): string | undefined {
  return uuidPattern.test(text) ? text.toLowerCase() : undefined;
}

/** Names most like what was typed, best first: for "did you mean". */
export function similarNames(text: string, candidates: readonly string[], most = 3): string[] {
  const typed = text.toLowerCase();
  const least = Math.max(3, Math.floor(typed.length / 2));
  return candidates
    .map((name) => ({ name, distance: editDistance(typed, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= least || name.toLowerCase().includes(typed))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
