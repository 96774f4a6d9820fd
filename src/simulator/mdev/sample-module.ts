import type { SimulatedMachine } from "../machine.js";
import { addDeviceFiles } from "../sysfs/device-files.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { registerMdevDriver, unregisterMdevDriver } from "./bus.js";
import type { MdevDriver, MdevTypeOptions } from "./driver.js";
import type { KernelModule, ModuleDefinition, ModuleParameters } from "./module.js";
import { registerMdevParent, unregisterMdevParent } from "./parent.js";

/** What the sample drivers differ in. */
export interface SampleModuleOptions<
  Type extends MdevTypeOptions,
  Parameters extends ModuleParameters,
> {
  readonly types: readonly Type[];
  /** Module parameters and what they are unless told. */
  readonly parameters: Parameters;
  driver(module: KernelModule, parameters: Parameters): MdevDriver<Type>;
}

/**
 * A module of samples/vfio-mdev: registers its driver, makes a class and one virtual device of the
 * same name in it, and registers that as a parent.
 */
export function sampleModule<Type extends MdevTypeOptions, Parameters extends ModuleParameters>(
  name: string,
  options: SampleModuleOptions<Type, Parameters>,
): ModuleDefinition<Parameters> {
  return {
    name,
    parameters: options.parameters,
    init: (machine, module, parameters) => {
      const driver = options.driver(module, parameters);
      const registered = registerMdevDriver(machine, driver);
      if (registered < 0) return registered;
      const directory = addVirtualDevice(machine, name);
      const { types } = options;
      const parent = registerMdevParent({ machine, directory, driverString: name, driver, types });
      if (typeof parent === "number") return parent;
      return () => {
        const wait = unregisterMdevParent(parent);
        wait.whenDone(() => {
          removeVirtualDevice(machine, name);
          unregisterMdevDriver(machine, driver);
        });
        return wait;
      };
    },
  };
}

/** drivers/base/core.c: device_register() of a device without parent, in a class of its own. */
function addVirtualDevice(machine: SimulatedMachine, name: string): SysfsDirectory {
  const classDirectory = machine.sysfs.walk(`class/${name}`);
  const directory = machine.sysfs.walk(`devices/virtual/${name}/${name}`);
  addDeviceFiles(directory, { subsystem: classDirectory, uevent: () => "" });
  classDirectory.link(name, directory);
  return directory;
}

function removeVirtualDevice(machine: SimulatedMachine, name: string): void {
  machine.sysfs.walk("class").remove(name);
  machine.sysfs.walk("devices/virtual").remove(name);
}
