/**
 * Linux error numbers (asm-generic/errno-base.h, asm-generic/errno.h) that VFIO, sysfs and the
 * system calls around them can answer with, and what each one says.
 */
const table = {
  EPERM: [1, "operation not permitted"],
  ENOENT: [2, "no such file or directory"],
  EINTR: [4, "interrupted system call"],
  EIO: [5, "input/output error"],
  ENXIO: [6, "no such device or address"],
  E2BIG: [7, "argument list too long"],
  EBADF: [9, "bad file descriptor"],
  EAGAIN: [11, "resource temporarily unavailable"],
  ENOMEM: [12, "cannot allocate memory"],
  EACCES: [13, "permission denied"],
  EFAULT: [14, "bad address"],
  EBUSY: [16, "device or resource busy"],
  EEXIST: [17, "file exists"],
  EXDEV: [18, "invalid cross-device link"],
  ENODEV: [19, "no such device"],
  ENOTDIR: [20, "not a directory"],
  EISDIR: [21, "is a directory"],
  EINVAL: [22, "invalid argument"],
  ENFILE: [23, "too many open files in system"],
  EMFILE: [24, "too many open files"],
  ENOTTY: [25, "inappropriate ioctl for device"],
  ETXTBSY: [26, "text file busy"],
  EFBIG: [27, "file too large"],
  ENOSPC: [28, "no space left on device"],
  ESPIPE: [29, "illegal seek"],
  EROFS: [30, "read-only file system"],
  EPIPE: [32, "broken pipe"],
  ERANGE: [34, "numerical result out of range"],
  EDEADLK: [35, "resource deadlock avoided"],
  ENAMETOOLONG: [36, "file name too long"],
  ENOSYS: [38, "function not implemented"],
  ELOOP: [40, "too many levels of symbolic links"],
  ENODATA: [61, "no data available"],
  EPROTO: [71, "protocol error"],
  EOVERFLOW: [75, "value too large for defined data type"],
  EBADFD: [77, "file descriptor in bad state"],
  EUSERS: [87, "too many users"],
  EOPNOTSUPP: [95, "operation not supported"],
  EADDRINUSE: [98, "address already in use"],
  ETIMEDOUT: [110, "connection timed out"],
  ECANCELED: [125, "operation canceled"],
} as const satisfies Record<string, readonly [number, string]>;

/** The name of an error number, as `error.code` carries it: `"EBUSY"`. */
export type ErrnoName = keyof typeof table;

/** Error numbers by name, positive as in the C headers: `Errno.EBUSY === 16`. */
export const Errno = Object.fromEntries(
  Object.entries(table).map(([name, [number]]) => [name, number]),
) as { readonly [Name in ErrnoName]: (typeof table)[Name][0] };

const names = new Map<number, ErrnoName>(
  Object.entries(table).map(([name, [number]]) => [number, name as ErrnoName]),
);

/** The name of a positive error number; `"E123"` for one that the table does not have. */
export function errnoName(number: number): string {
  return names.get(number) ?? `E${number}`;
}

/** What a positive error number says, in strerror(3)'s words. */
export function errnoMessage(number: number): string {
  const name = names.get(number);
  return name === undefined ? `unknown error ${number}` : table[name][1];
}
