import type { RegisterDefinition, RegisterMap, RegisterWidth } from "../registers/index.js";
import { hex, wrongType } from "./numbers.js";
import type { Region } from "./region.js";
import type { LiveRegister } from "./register.js";
import { registerClasses } from "./register-access.js";

/** A map's registers, alive: `registers.status.read()`. */
export type Registers<M extends RegisterMap> = {
  readonly [Name in keyof M]: LiveRegister<M[Name]>;
};

/**
 * Puts a register map over a region.
 *
 * @throws RangeError for a register that lies outside of the region
 */
export function liveRegisters<M extends RegisterMap>(region: Region, map: M): Registers<M> {
  if (typeof map !== "object" || map === null) throw wrongType(map, "map", "a register map");
  const live: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries<RegisterDefinition>(map)) {
    const Register = registerClasses[definition?.width as RegisterWidth]?.[definition.access];
    if (Register === undefined) throw wrongType(definition, name, "a register definition");
    if (definition.offset + definition.width > region.size) {
      throw new RangeError(`${name}: ${region.name} has no register at ${hex(definition.offset)}`);
    }
    live[name] = new Register(region, name, definition);
  }
  return live as Registers<M>;
}
