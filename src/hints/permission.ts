import type { Kernel } from "../kernel.js";

/** Why a node under /dev may not be opened, and what would change that. */
export function permissionHint(kernel: Pick<Kernel, "system">, path: string): string {
  const stat = kernel.system.stat(path);
  const uid = kernel.system.uid();
  if (stat === undefined) return `This user (uid ${uid}) may not look at ${path}. Run it as root.`;
  const mode = stat.mode.toString(8).padStart(4, "0");
  const facts = `${path} belongs to uid ${stat.uid} (mode ${mode}); this is uid ${uid}.`;
  if (uid === 0) {
    return `${facts} Even root may not: a container or a security module forbids it.`;
  }
  return `${facts} Give it to this user: \`sudo chown ${uid} ${path}\`, or run it as root.`;
}
