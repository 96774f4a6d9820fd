import { errnoMessage, errnoName } from "./errno.js";

/** The facts of a failed system call. */
export interface VfioErrorFacts {
  /** Positive error number, as the kernel's headers have it. */
  errno: number;
  /** The system call: `"open"`, `"ioctl"`, `"pread"`, `"mmap"` ... */
  syscall: string;
  /** The file it was for, where there is one. */
  path?: string | undefined;
  /** The ioctl's name: `"VFIO_GROUP_SET_CONTAINER"`. */
  request?: string | undefined;
  /** What it means here and what to do about it. */
  hint?: string | undefined;
}

/**
 * A system call that failed, in the shape of Node's own system errors: `code` (`"EBUSY"`),
 * negative `errno`, `syscall` and `path`; and `request` and `hint` where they help. Both kernels
 * throw it alike.
 */
export class VfioError extends Error {
  /** `"EBUSY"`, `"EINVAL"` ... */
  readonly code: string;
  /** Negative error number, as in Node's system errors. */
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;
  /** The ioctl's name, or `undefined` when the system call was another one. */
  readonly request: string | undefined;
  /** What the failure means here and what to do, when that is known. */
  readonly hint: string | undefined;

  constructor(facts: VfioErrorFacts) {
    super(describe(facts));
    this.name = "VfioError";
    this.code = errnoName(facts.errno);
    this.errno = -facts.errno;
    this.syscall = facts.syscall;
    this.path = facts.path;
    this.request = facts.request;
    this.hint = facts.hint;
  }

  /**
   * The same failure with a hint (and a path, if it had none): errors are facts, hints come later.
   */
  with(more: { hint?: string | undefined; path?: string | undefined }): VfioError {
    const { syscall, request } = this;
    return new VfioError({
      errno: -this.errno,
      syscall,
      request,
      path: this.path ?? more.path,
      hint: more.hint ?? this.hint,
    });
  }
}

function describe({ errno, syscall, path, request, hint }: VfioErrorFacts): string {
  const subject = request === undefined ? syscall : `${syscall} ${request}`;
  const where = path === undefined ? "" : ` '${path}'`;
  const advice = hint === undefined ? "" : `\n  ${hint}`;
  return `${errnoName(errno)}: ${errnoMessage(errno)}, ${subject}${where}${advice}`;
}

/** Whether a thrown value is a `VfioError`, and of this code if one is given. */
export function isVfioError(error: unknown, code?: string): error is VfioError {
  return error instanceof VfioError && (code === undefined || error.code === code);
}
