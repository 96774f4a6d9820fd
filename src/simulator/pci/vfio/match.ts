import { Errno } from "../../../errno.js";
import type { Result } from "../../core/result.js";
import type { VfioPciDevice } from "./device.js";
import { parseUuid } from "./uuid.js";

const tokenOption = "vf_token=";
const uuidLength = 36;

/**
 * Whether GET_DEVICE_FD's string is for this device: its name, then perhaps options after a space.
 */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_match()
export function match(device: VfioPciDevice, parent: VfioPciDevice | undefined, text: string) {
  const { name } = device.pci;
  if (!text.startsWith(name)) return 0;
  let rest = text.slice(name.length);
  if (rest !== "" && rest[0] !== " ") return 0;
  let token: string | undefined;
  for (rest = rest.trimStart(); rest !== ""; ) {
    if (token !== undefined || !rest.startsWith(tokenOption)) return -Errno.EINVAL;
    rest = rest.slice(tokenOption.length);
    token = parseUuid(rest);
    if (token === undefined) return -Errno.EINVAL;
    rest = rest.slice(uuidLength).replace(/^ +/, "");
  }
  const verdict = validate(device, parent, token);
  return verdict === 0 ? 1 : verdict;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_validate_vf_token()
function validate(
  device: VfioPciDevice,
  parent: VfioPciDevice | undefined,
  token: string | undefined,
): Result {
  if (device.pci.isVirtualFunction) {
    if (parent?.token === undefined) return token === undefined ? 0 : -Errno.EINVAL;
    return token === parent.token.uuid ? 0 : -Errno.EACCES;
  }
  if (device.token === undefined) return token === undefined ? 0 : -Errno.EINVAL;
  if (device.token.users > 0) return token === device.token.uuid ? 0 : -Errno.EACCES;
  if (token !== undefined) device.token.uuid = token;
  return 0;
}
