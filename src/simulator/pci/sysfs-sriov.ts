import { Errno } from "../../errno.js";
import type { Pending, Result } from "../core/result.js";
import { hex } from "./address.js";
import type { PciDevice } from "./device.js";
import { locked } from "./driver-core.js";
import { parseNumber } from "./parse-number.js";
import { withLength } from "./registered-driver.js";
import type { Sriov } from "./sriov.js";

/** Files of a function that can have virtual ones. drivers/pci/iov.c: sriov_pf_dev_attrs */
export function sriovFiles(device: PciDevice, sriov: Sriov): void {
  device.directory
    .readable("sriov_totalvfs", () => `${sriov.totalFunctions}\n`)
    .readable("sriov_offset", () => `${sriov.offset}\n`)
    .readable("sriov_stride", () => `${sriov.stride}\n`)
    .readable("sriov_vf_device", () => `${hex(sriov.deviceId, 1)}\n`)
    .readable("sriov_vf_total_msix", () => "0\n")
    .attribute("sriov_numvfs", {
      mode: 0o644,
      show: () => `${sriov.functions.length}\n`,
      store: (data) => withLength(setFunctions(device, sriov, data), data),
    })
    .attribute("sriov_drivers_autoprobe", {
      mode: 0o644,
      show: () => `${sriov.autoprobe ? 1 : 0}\n`,
      store: (data) => {
        const value = parseNumber(data);
        if (value === undefined || value > 1) return -Errno.EINVAL;
        sriov.autoprobe = value === 1;
        return data.length;
      },
    });
}

// drivers/pci/iov.c: sriov_numvfs_store()
function setFunctions(device: PciDevice, sriov: Sriov, data: string): Result | Pending {
  const wanted = parseNumber(data);
  if (wanted === undefined || wanted > 0xffff) return -Errno.EINVAL;
  if (wanted > sriov.totalFunctions) return -Errno.ERANGE;
  return locked(device, () => {
    const present = sriov.functions.length;
    if (wanted === present) return 0;
    const configure = device.driver?.configureSriov;
    if (configure === undefined) return -Errno.ENOENT;
    if (wanted !== 0 && present !== 0) return -Errno.EBUSY;
    return configure(device, wanted);
  });
}
