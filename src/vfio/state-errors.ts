/** Use after `close()`: of the object itself, or of one whose parent was closed. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
  readonly code = "ERR_VFIO_CLOSED";

  constructor(label: string) {
    super(`${label} is closed`);
  }
}

/** What cannot be done while something else is going on or still there. */
export class BusyError extends Error {
  override readonly name = "BusyError";
  readonly code = "ERR_VFIO_BUSY";
}
