import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import { storeUevent } from "../sysfs/device-files.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { perMachine } from "./per-machine.js";

/** What a module's init function leaves behind: how to take it down again. */
export type ModuleExit = () => Pending | undefined;

/** Module parameters by name. */
export type ModuleParameters = Readonly<Record<string, number>>;

/** Code that can be loaded into a machine. */
export interface ModuleDefinition<Parameters extends ModuleParameters = ModuleParameters> {
  readonly name: string;
  /** Its parameters and what they are unless told. */
  readonly parameters: Parameters;
  /** module_init(): how to exit, or a negative error number. */
  init(
    machine: SimulatedMachine,
    module: KernelModule,
    parameters: Parameters,
  ): ModuleExit | Result;
}

/** struct module: loaded code. It cannot be unloaded while references are held. */
export class KernelModule {
  #references = 0;

  constructor(
    readonly name: string,
    /** /sys/module/NAME */
    readonly directory: SysfsDirectory,
  ) {
    directory.directory("holders");
    directory
      .readable("initstate", () => "live\n")
      .readable("refcnt", () => `${this.#references}\n`)
      .writable("uevent", storeUevent);
  }

  get references(): number {
    return this.#references;
  }

  /** try_module_get() */
  hold(): void {
    this.#references += 1;
  }

  /** module_put() */
  drop(): void {
    this.#references -= 1;
  }
}

const loadedModules = perMachine(
  () => new Map<string, { module: KernelModule; exit: ModuleExit }>(),
);

/** kernel/module/main.c: load_module(). EEXIST for one that is loaded already. */
export function insertModule<Parameters extends ModuleParameters>(
  machine: SimulatedMachine,
  definition: ModuleDefinition<Parameters>,
  told: Partial<Parameters> = {},
): Result {
  const modules = loadedModules(machine);
  if (modules.has(definition.name)) return -Errno.EEXIST;
  const all = machine.sysfs.walk("module");
  const module = new KernelModule(definition.name, all.directory(definition.name));
  const parameters = { ...definition.parameters, ...told };
  showParameters(module, parameters);
  const exit = definition.init(machine, module, parameters);
  if (typeof exit === "number") {
    all.remove(definition.name);
    return exit;
  }
  modules.set(definition.name, { module, exit });
  return 0;
}

/**
 * kernel/module/main.c: delete_module(O_NONBLOCK), as rmmod calls it. ENOENT if it is not loaded,
 * EWOULDBLOCK (EAGAIN) while it is in use: an open device, a migration stream, a dma-buf.
 */
export function removeModule(machine: SimulatedMachine, name: string): Result | Pending {
  const modules = loadedModules(machine);
  const loaded = modules.get(name);
  if (loaded === undefined) return -Errno.ENOENT;
  if (loaded.module.references > 0) return -Errno.EAGAIN;
  const done = new Pending();
  const finish = () => {
    modules.delete(name);
    machine.sysfs.walk("module").remove(name);
    done.complete(0);
  };
  const wait = loaded.exit();
  if (wait === undefined) finish();
  else wait.whenDone(finish);
  return done.result ?? done;
}

/** kernel/params.c: module_param(..., 0444) */
function showParameters({ directory }: KernelModule, parameters: ModuleParameters): void {
  for (const [name, value] of Object.entries(parameters)) {
    directory.directory("parameters").readable(name, () => `${value}\n`);
  }
}
