import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";

/** Says what is going on during a long step; one line, no newline. */
export type Log = (line: string) => void;

/** The folder, outside the repository, that keeps prepared kernels. */
export function cacheDirectory(): string {
  const { NODE_VFIO_CACHE, XDG_CACHE_HOME } = process.env;
  if (NODE_VFIO_CACHE) return NODE_VFIO_CACHE;
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "node-vfio");
}

/**
 * Builds a folder of the cache: `fill` works in a temporary folder that takes its place by a
 * rename, so an interrupted preparation leaves nothing half-made behind.
 */
export async function createAtomically(
  target: string,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const parent = join(cacheDirectory(), "tmp");
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const staging = await mkdtemp(join(parent, "prepare-"));
  try {
    await fill(staging);
    await mkdir(join(target, ".."), { recursive: true });
    await rm(target, { recursive: true, force: true });
    // mkdtemp makes folders for one user; a shared cache is for all of them.
    await chmod(staging, 0o755);
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Removes what killed preparations left behind, a day later: none takes that long. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > 24 * 3600 * 1000) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Runs `work` while no other process on this machine prepares the same cache. The lock is a name in
 * the abstract socket space: the kernel frees it when its holder dies, however that happens.
 */
export async function withCacheLock<T>(log: Log, work: () => Promise<T>): Promise<T> {
  const key = createHash("sha256").update(cacheDirectory()).digest("hex").slice(0, 16);
  let told = false;
  for (;;) {
    const release = await tryLock(`\0node-vfio-guest-${key}`);
    if (release) {
      try {
        return await work();
      } finally {
        release();
      }
    }
    if (!told) log("another process is preparing a kernel; waiting for it");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function tryLock(name: string): Promise<(() => void) | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(() => server.close()));
  });
}
