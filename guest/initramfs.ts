import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpioArchive, directoryEntry, fileEntry, programEntry } from "./cpio.js";
import type { JobFiles } from "./job.js";
import type { PreparedKernel } from "./prepared-kernel.js";
import { readSourceFile } from "./source-files.js";

/** Builds the initramfs of one boot: busybox, modules, the init scripts and the job. */
export function initramfs(options: {
  readonly kernel: PreparedKernel;
  /** The kernel's folder in the cache. */
  readonly directory: string;
  readonly job: JobFiles;
  /** Size of the terminal, for stty; undefined when the guest is not interactive. */
  readonly terminal: string | undefined;
}): Buffer {
  const { kernel, directory, job, terminal } = options;
  const modules = readFileSync(join(directory, "modules", "modules.dep"), "utf8");
  const names = modules.split("\n").flatMap((line) => line.split(":")[0] || []);
  const busybox = readFileSync(join(directory, "busybox"));
  return cpioArchive([
    ...["bin", "guest", "guest/bin", "guest/modules"].map(directoryEntry),
    programEntry("init", readSourceFile("init.sh")),
    programEntry("bin/busybox", busybox),
    programEntry("guest/bin/busybox", busybox),
    fileEntry("guest/session.sh", readSourceFile("session.sh")),
    fileEntry("guest/boot", kernel.boot.map((file) => `${file}\n`).join("")),
    fileEntry("guest/modules/modules.dep", modules),
    ...names.map((name) =>
      fileEntry(`guest/modules/${name}`, readFileSync(join(directory, "modules", name))),
    ),
    ...Object.entries(job).map(([name, text]) => fileEntry(`guest/${name}`, text)),
    ...(terminal === undefined ? [] : [fileEntry("guest/terminal", terminal)]),
  ]);
}
