import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "vfio-guest-";

/** The addresses of Unix sockets hold 107 bytes, which some machines' temporary folders fill. */
const PARENT = tmpdir().length > 60 ? "/tmp" : tmpdir();

/**
 * Makes a folder for the files of one boot. What a killed process of this tool left behind goes
 * first: each folder's name tells whose it was.
 */
export function createRunDirectory(): string {
  for (const name of readdirSync(PARENT)) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeQuietly(join(PARENT, name));
  }
  return mkdtempSync(join(PARENT, `${PREFIX}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Another user's, or another process was faster.
  }
}
