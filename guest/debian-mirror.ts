import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where packages come from: the archive and its security updates. */
export interface DebianMirror {
  readonly archive: string;
  readonly security: string;
}

const DEFAULT_MIRROR: DebianMirror = {
  archive: "http://deb.debian.org/debian",
  security: "http://deb.debian.org/debian-security",
};

/** One line of `sources.list`, or the same facts from a stanza of a `.sources` file. */
interface Source {
  readonly uri: string;
  readonly suite: string;
}

/** The mirror that this machine's own apt uses, so that a site's local mirror serves us too. */
export function hostMirror(directory = "/etc/apt"): DebianMirror {
  const sources = readSources(directory).filter(({ uri }) => /^https?:.*debian/.test(uri));
  const archive = sources.find(({ uri, suite }) => /\/debian\/?$/.test(uri) && !/-/.test(suite));
  const security = sources.find(({ suite }) => /(-security|\/updates)$/.test(suite));
  return {
    archive: archive?.uri ?? DEFAULT_MIRROR.archive,
    security: security?.uri ?? DEFAULT_MIRROR.security,
  };
}

function readSources(directory: string): Source[] {
  const parts = join(directory, "sources.list.d");
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [join(directory, "sources.list"), ...names.map((name) => join(parts, name))];
  return files.filter((file) => existsSync(file)).flatMap(readSourceFile);
}

function readSourceFile(file: string): Source[] {
  const text = readFileSync(file, "utf8").replace(/^#.*\n/gm, "");
  if (file.endsWith(".sources")) return text.split(/\n\s*\n/).flatMap(stanzaSources);
  if (!file.endsWith(".list")) return [];
  const entry = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm;
  return [...text.matchAll(entry)].map(([, uri = "", suite = ""]) => ({ uri, suite }));
}

function stanzaSources(stanza: string): Source[] {
  const field = (name: string): string[] =>
    (new RegExp(`^${name}:(.*)$`, "mi").exec(stanza)?.[1] ?? "").split(/\s+/).filter(Boolean);
  return field("URIs").flatMap((uri) => field("Suites").map((suite) => ({ uri, suite })));
}
