/** Something that this machine lacks, said so that a person can fix it. */
export class GuestSetupError extends Error {
  override readonly name = "GuestSetupError";
}
