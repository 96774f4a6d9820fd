/** A case's view of a kernel: every call recorded, every answer judged. */

export * from "./argument.js";
export * from "./blocked-write.js";
export * from "./eventfd.js";
export * from "./file.js";
export * from "./host.js";
export * from "./mapping.js";
export * from "./memory.js";
export * from "./outcome.js";
export * from "./step.js";
export * from "./sysfs.js";
export * from "./trial.js";
export * from "./versions.js";
