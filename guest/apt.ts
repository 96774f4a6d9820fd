import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, type Log } from "./cache.js";
import { hostMirror } from "./debian-mirror.js";
import { requireTools, runTool } from "./host-tools.js";
import { GuestSetupError } from "./setup-error.js";

/** One version of one package, as the archive's index describes it. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  readonly depends: string;
  readonly bytes: number;
}

/**
 * A private apt: own sources, own lists, own state, in the cache. It needs no root, installs
 * nothing and leaves the machine's package manager alone.
 */
export interface Apt {
  /** Every version of every package whose name matches; regular expressions of apt-cache. */
  find(pattern: string): Promise<PackageVersion[]>;
  /** Fetches package files into a folder and returns their paths, in no particular order. */
  download(packages: readonly PackageVersion[], directory: string): Promise<string[]>;
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SUITE = "bookworm";

/** Sets the private apt up and brings its package lists up to date. */
export async function openApt(log: Log): Promise<Apt> {
  requireTools(["apt-get", "apt-cache", "apt-config", "dpkg", "dpkg-deb"]);
  if (!existsSync(KEYRING)) {
    throw new GuestSetupError(
      `no ${KEYRING} to check Debian's packages with: apt-get install debian-archive-keyring`,
    );
  }
  const directory = join(cacheDirectory(), "apt");
  const env = { ...process.env, APT_CONFIG: await writeConfiguration(directory), LC_ALL: "C" };
  log(`reading the package lists of Debian ${SUITE}`);
  await update(env, log);
  return {
    find: (pattern) => find(pattern, env),
    download: (packages, target) => download(packages, target, env, log),
  };
}

async function writeConfiguration(directory: string): Promise<string> {
  await mkdir(join(directory, "lists", "partial"), { recursive: true });
  await mkdir(join(directory, "archives", "partial"), { recursive: true });
  await writeFile(join(directory, "status"), "");
  await writeFile(join(directory, "debian.sources"), sources());
  const quoted = (name: string) => JSON.stringify(join(directory, name));
  const lines = [
    `Dir::State ${JSON.stringify(directory)};`,
    `Dir::State::status ${quoted("status")};`,
    `Dir::State::Lists ${quoted("lists")};`,
    `Dir::Cache ${JSON.stringify(directory)};`,
    `Dir::Etc::SourceList ${quoted("debian.sources")};`,
    ...["SourceParts", "Main", "Parts", "Preferences", "PreferencesParts"].map(
      (name) => `Dir::Etc::${name} "/dev/null";`,
    ),
    // The machine's proxies and transport settings hold for us too; its sources and hooks do not.
    ...(await runTool("apt-config", ["dump"]))
      .split("\n")
      .filter((line) => /^Acquire::(https?|Check-|Force|Retries|Max-)/i.test(line)),
    'APT::Architecture "amd64";',
    'APT::Architectures { "amd64"; };',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::GzipIndexes "true";',
    'Dir::Cache::srcpkgcache "";',
  ];
  const path = join(directory, "apt.conf");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

function sources(): string {
  const mirror = hostMirror();
  const stanza = (uri: string, suites: readonly string[]) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites.join(" ")}`,
      "Components: main",
      `Signed-By: ${KEYRING}`,
      "",
    ].join("\n");
  const archive = [SUITE, `${SUITE}-updates`, `${SUITE}-backports`];
  return [stanza(mirror.archive, archive), stanza(mirror.security, [`${SUITE}-security`])].join(
    "\n",
  );
}

async function update(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  try {
    await runTool("apt-get", ["update", "-q"], { env });
  } catch (error) {
    const lists = await readdir(join(cacheDirectory(), "apt", "lists"));
    if (!lists.some((name) => name.includes("_Packages"))) throw error;
    log(`package lists not refreshed, using the last ones: ${String(error).split("\n").at(-1)}`);
  }
}

async function find(pattern: string, env: NodeJS.ProcessEnv): Promise<PackageVersion[]> {
  const found = await runTool("apt-cache", ["search", "--names-only", pattern], { env });
  const names = found.split("\n").map((line) => line.split(" ")[0] ?? "");
  const known = names.filter(Boolean);
  if (known.length === 0) return [];
  const stanzas = (await runTool("apt-cache", ["show", ...known], { env })).split("\n\n");
  return stanzas.map(packageVersion).filter(({ name }) => name !== "");
}

function packageVersion(stanza: string): PackageVersion {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
  return {
    name: field("Package"),
    version: field("Version"),
    depends: field("Depends"),
    bytes: Number(field("Size")),
  };
}

async function download(
  packages: readonly PackageVersion[],
  directory: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<string[]> {
  for (const { name, version, bytes } of packages) {
    log(`downloading ${name} ${version} (${(bytes / 1e6).toFixed(1)} MB)`);
  }
  const wanted = packages.map(({ name, version }) => `${name}=${version}`);
  await mkdir(directory, { recursive: true });
  await runTool("apt-get", ["download", "-q", ...wanted], { env, cwd: directory });
  return (await readdir(directory)).map((name) => join(directory, name));
}
