import { PciAf, PciCap, PciExp, PciPm, PciVpd } from "../../../../uapi/pci-regs.js";
import type { VfioPciDevice } from "../device.js";
import {
  ALL,
  type ConfigCycle,
  directPermissions,
  type Permissions,
  permissions,
  rawWritePermissions,
} from "./permissions.js";
import { writeVpd } from "./vpd.js";

/** The next pointer of every chain is ours. */
const next = [1, 1, ALL, 0] as const;

const powerEvents = PciPm.CTRL_PME_ENABLE | PciPm.CTRL_PME_STATUS;
const resetAndSizes = PciExp.DEVCTL_FLR | PciExp.DEVCTL_PAYLOAD | PciExp.DEVCTL_READRQ;

/** Capabilities that are more than read-only. vfio_pci_init_perm_bits() */
const table: Readonly<Record<number, Permissions>> = {
  [PciCap.PM]: permissions(
    PciPm.SIZE,
    [
      next,
      [PciPm.PMC, 2, PciPm.PMC_PME_MASK, 0],
      [PciPm.CTRL, 4, powerEvents, ~(powerEvents | PciPm.CTRL_STATE_MASK)],
    ],
    { onWrite: writePower },
  ),
  [PciCap.VPD]: permissions(
    PciVpd.SIZE,
    [next, [PciVpd.ADDR, 2, ALL, ALL], [PciVpd.DATA, 4, ALL, ALL]],
    { onWrite: writeVpd },
  ),
  [PciCap.PCIX]: permissions(24, [next, [2, 2, 0, ALL], [8, 4, 0, ALL]]),
  [PciCap.VNDR]: rawWritePermissions,
  [PciCap.EXP]: permissions(
    PciExp.SIZE,
    [
      next,
      [PciExp.DEVCTL, 2, resetAndSizes, ~PciExp.DEVCTL_PHANTOM],
      [PciExp.DEVCTL2, 2, 0, ~PciExp.DEVCTL2_ARI],
    ],
    { onWrite: writeExpress },
  ),
  [PciCap.AF]: permissions(PciAf.SIZE, [next, [PciAf.CTRL, 1, PciAf.CTRL_FLR, PciAf.CTRL_FLR]], {
    onWrite: writeAdvanced,
  }),
};

/** Who may do what with a capability, by its identifier. */
export function capabilityPermissions(id: number): Permissions {
  return table[id] ?? directPermissions;
}

/** The state bits are not stored: asking for a state moves the device. vfio_pm_config_write() */
function writePower(
  device: VfioPciDevice,
  { offset }: ConfigCycle,
  value: number,
  store: () => void,
): void {
  store();
  if (offset === PciPm.CTRL) device.setPowerState(value & PciPm.CTRL_STATE_MASK);
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_exp_config_write()
function writeExpress(
  device: VfioPciDevice,
  { position, offset }: ConfigCycle,
  _value: number,
  store: () => void,
): void {
  const config = device.config!;
  const start = position - offset;
  const control = start + PciExp.DEVCTL;
  const before = config.get(control, 2) & PciExp.DEVCTL_READRQ;
  store();
  if ((config.get(control, 2) & PciExp.DEVCTL_FLR) !== 0) {
    config.set(control, 2, config.get(control, 2) & ~PciExp.DEVCTL_FLR);
    const able = device.pci.config.read32(start + PciExp.DEVCAP) & PciExp.DEVCAP_FLR;
    if (able !== 0) device.pci.resets.tryReset();
  }
  const wanted = config.get(control, 2) & PciExp.DEVCTL_READRQ;
  if (wanted !== before) setReadRequest(device, control, wanted);
}

/** At least as much as the largest packet. pcie_set_readrq() */
function setReadRequest({ pci }: VfioPciDevice, control: number, wanted: number): void {
  const value = pci.config.read16(control);
  const payload = (value & PciExp.DEVCTL_PAYLOAD) >> 5;
  const size = Math.max(wanted >> 12, payload);
  pci.config.write(control, 2, (value & ~PciExp.DEVCTL_READRQ) | (size << 12));
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_af_config_write()
function writeAdvanced(
  device: VfioPciDevice,
  { position, offset }: ConfigCycle,
  _value: number,
  store: () => void,
): void {
  const config = device.config!;
  const start = position - offset;
  store();
  const control = config.get(start + PciAf.CTRL, 1);
  if ((control & PciAf.CTRL_FLR) === 0) return;
  config.set(start + PciAf.CTRL, 1, control & ~PciAf.CTRL_FLR);
  const both = PciAf.CAP_FLR | PciAf.CAP_TP;
  if ((device.pci.config.read8(start + PciAf.CAP) & both) === both) device.pci.resets.tryReset();
}
