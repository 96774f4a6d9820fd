import { PciErr, PciExtCap } from "../../../../uapi/pci-regs.js";
import {
  ALL,
  directPermissions,
  type Permissions,
  permissions,
  rawWritePermissions,
} from "./permissions.js";

/** The first dword holds identifier and next pointer. */
const header = [0, 4, ALL, 0] as const;

/** Defined bits of the registers for uncorrectable and for correctable errors. */
const uncorrectable = 0x03fff031;
const correctable = 0x0000f1c1;
const checksums = 0x00000140;

/** vfio_pci_config.c: init_pci_ext_cap_err_perm(), init_pci_ext_cap_pwr_perm() */
const table: Readonly<Record<number, Permissions>> = {
  [PciExtCap.ERR]: permissions(PciErr.ROOT_COMMAND, [
    header,
    [PciErr.UNCOR_STATUS, 4, 0, uncorrectable],
    [PciErr.UNCOR_MASK, 4, 0, uncorrectable],
    [PciErr.UNCOR_SEVERITY, 4, 0, uncorrectable],
    [PciErr.COR_STATUS, 4, 0, correctable],
    [PciErr.COR_MASK, 4, 0, correctable],
    [PciErr.CAP, 4, 0, checksums],
  ]),
  [PciExtCap.PWR]: permissions(16, [header, [8, 1, 0, ALL]]),
  [PciExtCap.VNDR]: rawWritePermissions,
  [PciExtCap.DVSEC]: rawWritePermissions,
};

/** Who may do what with an extended capability, by its identifier. */
export function extendedPermissions(id: number): Permissions {
  return table[id] ?? directPermissions;
}
