import type { ConformanceCase } from "../case.js";
import { containerCases } from "./containers.js";
import { deviceNameCases } from "./device-names.js";
import { dirtyCases } from "./dirty-pages.js";
import { eduCases } from "./edu.js";
import { flagCases } from "./flag-bits.js";
import { groupCases } from "./groups.js";
import { ladderCases } from "./ladders.js";
import { lifetimeCases } from "./lifetimes.js";
import { mbochsCases } from "./mbochs.js";
import { mbochsDisplayCases } from "./mbochs-display.js";
import { mdevCreateCases } from "./mdev-create.js";
import { mdevRemoveCases } from "./mdev-remove.js";
import { mdevTypeCases } from "./mdev-sysfs.js";
import { mdpyCases } from "./mdpy.js";
import { mttyFeatureCases } from "./mtty-features.js";
import { mttyInfoCases } from "./mtty-info.js";
import { mttyIrqCases } from "./mtty-irqs.js";
import { mttyMigrationCases } from "./mtty-migration.js";
import { mttyUartCases } from "./mtty-uart.js";
import { pciAccessCases } from "./pci-access.js";
import { pciBindingCases } from "./pci-binding.js";
import { pciConfigCases } from "./pci-config.js";
import { pciFeatureCases } from "./pci-features.js";
import { pciGroupCases } from "./pci-groups.js";
import { pciInfoCases } from "./pci-info.js";
import { pciIntxCases } from "./pci-intx.js";
import { pciIoeventfdCases } from "./pci-ioeventfd.js";
import { pciMsiCases } from "./pci-msi.js";
import { pciMsixCases } from "./pci-msix.js";
import { pciResetCases } from "./pci-reset.js";
import { processCases } from "./processes.js";
import { stateCases } from "./states.js";
import { hardwareCases } from "./type1-hardware.js";
import { infoCases } from "./type1-info.js";
import { mapCases } from "./type1-map.js";
import { unmapCases } from "./type1-unmap.js";
import { tokenCases } from "./vf-tokens.js";

/** All cases, in the order in which they run. */
export const cases: readonly ConformanceCase[] = [
  ...containerCases,
  ...groupCases,
  ...lifetimeCases,
  ...deviceNameCases,
  ...mapCases,
  ...unmapCases,
  ...infoCases,
  ...dirtyCases,
  ...hardwareCases,
  ...mdevTypeCases,
  ...mdevCreateCases,
  ...mdevRemoveCases,
  ...mttyInfoCases,
  ...mttyUartCases,
  ...mttyIrqCases,
  ...mttyFeatureCases,
  ...mttyMigrationCases,
  ...mdpyCases,
  ...mbochsCases,
  ...mbochsDisplayCases,
  ...pciBindingCases,
  ...pciGroupCases,
  ...pciInfoCases,
  ...pciAccessCases,
  ...pciConfigCases,
  ...pciIntxCases,
  ...pciMsiCases,
  ...pciMsixCases,
  ...pciResetCases,
  ...pciIoeventfdCases,
  ...pciFeatureCases,
  ...eduCases,
  ...ladderCases,
  ...flagCases,
  ...stateCases,
  ...processCases,
  ...tokenCases,
];
