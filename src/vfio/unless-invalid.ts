import { isVfioError } from "../errors.js";

/** The answer to a question, or undefined where the kernel says EINVAL: there is no such thing. */
export function unlessInvalid<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (isVfioError(error, "EINVAL")) return undefined;
    throw error;
  }
}
