import { dirname } from "node:path";

/** What a guest is to run, and what it is to find. */
export interface Job {
  /** Program and arguments; a single one with spaces is a line for the shell. Empty: a shell. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Kernel release, for the guest to know that it is one. */
  readonly release: string;
}

/** The files of a job as the guest's init scripts read them. */
export interface JobFiles {
  readonly command: string;
  readonly environment: string;
  /** Folders that start empty, with their modes. */
  readonly blank: string;
}

/** Variables of the caller that are about its terminal or its taste, not about its machine. */
const INHERITED = ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CI", "LANG", "TZ", "NODE_ENV"];

/** Where programs are looked up in a guest: its own module tools first, then as on any Debian. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Host folders whose content is no business of a guest, unless its work lies in there. */
const BLANK = [
  { directory: "/tmp", mode: "1777" },
  { directory: "/root", mode: "700" },
];

/** Writes down a job for the guest. */
export function jobFiles(job: Job): JobFiles {
  const node = dirname(process.execPath);
  const used = [job.cwd, node].map((path) => `${path}/`);
  const blank = BLANK.filter(
    ({ directory }) => !used.some((path) => path.startsWith(`${directory}/`)),
  );
  return {
    command: `cd ${quote(job.cwd)} || exit 126\nexec ${words(job.command).map(quote).join(" ")}\n`,
    environment: Object.entries(environment(job, node))
      .map(([name, value]) => `export ${name}=${quote(value)}\n`)
      .join(""),
    blank: blank.map(({ directory, mode }) => `${directory} ${mode}\n`).join(""),
  };
}

function words(command: readonly string[]): readonly string[] {
  if (command.length === 0) return ["/bin/sh", "-c", "exec $(command -v bash || echo sh) -i"];
  const [line = ""] = command;
  return command.length === 1 && /\s/.test(line) ? ["/bin/sh", "-c", line] : command;
}

function environment(job: Job, node: string): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    PATH: `/run/vfio-guest/bin:${node}:${PATH}`,
    HOME: "/root",
    VFIO_GUEST: job.release,
    ...job.env,
  };
}

/** Quotes a word for the shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
