import { registerMdevDriver, unregisterMdevDriver } from "./bus.js";
import type { MdevDriver, MdevTypeOptions } from "./driver.js";
import type { KernelModule, ModuleDefinition, ModuleParameters } from "./module.js";
import { registerMdevParent, unregisterMdevParent } from "./parent.js";
import { addVirtualDevice, removeVirtualDevice } from "./virtual-device.js";

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
      const directory = addVirtualDevice(machine, name, name);
      const { types } = options;
      const parent = registerMdevParent({ machine, directory, driverString: name, driver, types });
      if (typeof parent === "number") return parent;
      return () => {
        const wait = unregisterMdevParent(parent);
        wait.whenDone(() => {
          removeVirtualDevice(machine, name, name);
          unregisterMdevDriver(machine, driver);
        });
        return wait;
      };
    },
  };
}
