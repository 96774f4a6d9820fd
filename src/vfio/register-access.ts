/** Registers that refuse half of what there is: classes, so that the other half pays nothing. */

import type { RegisterAccess, RegisterWidth } from "../registers/index.js";
import { Register8, Register16, Register32, Register64 } from "./register.js";

class ReadOnly8 extends Register8 {
  override write(): never {
    return this.refuse("written");
  }
}

class WriteOnly8 extends Register8 {
  override read(): never {
    return this.refuse("read");
  }
}

class ReadOnly16 extends Register16 {
  override write(): never {
    return this.refuse("written");
  }
}

class WriteOnly16 extends Register16 {
  override read(): never {
    return this.refuse("read");
  }
}

class ReadOnly32 extends Register32 {
  override write(): never {
    return this.refuse("written");
  }
}

class WriteOnly32 extends Register32 {
  override read(): never {
    return this.refuse("read");
  }
}

class ReadOnly64 extends Register64 {
  override write(): never {
    return this.refuse("written");
  }
}

class WriteOnly64 extends Register64 {
  override read(): never {
    return this.refuse("read");
  }
}

/** The class of a live register, by width in bytes and access. */
export const registerClasses = {
  1: { ro: ReadOnly8, wo: WriteOnly8, rw: Register8 },
  2: { ro: ReadOnly16, wo: WriteOnly16, rw: Register16 },
  4: { ro: ReadOnly32, wo: WriteOnly32, rw: Register32 },
  8: { ro: ReadOnly64, wo: WriteOnly64, rw: Register64 },
} as const satisfies Record<RegisterWidth, Record<RegisterAccess, unknown>>;
