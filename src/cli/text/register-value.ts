import { decodeFields, type RegisterDefinition } from "../../registers/index.js";
import { hex } from "./number.js";

/** A register's value with all its digits: `0x010000ed`. */
export function valueText(value: number | bigint, width: number): string {
  return hex(value, width * 2);
}

/** The fields of a register's value: `computing=0 raiseIrq=1`; empty without fields. */
export function fieldsText(definition: RegisterDefinition, value: number | bigint): string {
  return Object.entries(decodeFields(definition, value))
    .map(([name, field]) => `${name}=${Number(field)}`)
    .join(" ");
}
