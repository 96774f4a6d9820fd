import { Errno } from "../../../errno.js";
import type { SimulatedMachine } from "../../machine.js";
import { perMachine } from "../../mdev/per-machine.js";

/** Parameters of the vfio_pci module. drivers/vfio/pci/vfio_pci.c */
export interface VfioPciModule {
  /** Virtual functions may be switched on through a physical one that vfio-pci has. */
  enableSriov: boolean;
}

/** The module of a machine, with its directory /sys/module/vfio_pci. */
export const vfioPciModule = perMachine((machine: SimulatedMachine): VfioPciModule => {
  const module: VfioPciModule = { enableSriov: false };
  const parameters = machine.sysfs.walk("module/vfio_pci/parameters");
  parameters.attribute("enable_sriov", {
    mode: 0o644,
    show: () => `${module.enableSriov ? "Y" : "N"}\n`,
    // kernel/params.c: param_set_bool()
    store: (data) => {
      const on = /^[yY1tT]|^on/i.test(data);
      if (!on && !/^[nN0fF]|^off/i.test(data)) return -Errno.EINVAL;
      module.enableSriov = on;
      return data.length;
    },
  });
  for (const name of ["nointxmask", "disable_vga", "disable_idle_d3", "disable_denylist"]) {
    parameters.attribute(name, { mode: 0o444, show: () => "N\n" });
  }
  return module;
});
