/** The shared secret between users of a physical function and of its virtual ones. */
export interface VfToken {
  /** Lower-case UUID. */
  uuid: string;
  /** How many devices that need it are open. */
  users: number;
}
