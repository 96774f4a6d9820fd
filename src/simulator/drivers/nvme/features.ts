import type { Command } from "./command.js";
import { failure, type Outcome } from "./status.js";

/** What a feature can do besides being read: bits of its capabilities. */
const SAVEABLE = 1;
const PER_NAMESPACE = 2;
const CHANGEABLE = 4;

interface Feature {
  readonly capabilities: number;
  readonly value: number;
  /** What a Default asks for, where it differs from the first value. */
  readonly preset?: number;
}

const queues = 0x003f003f;

/** Features that QEMU's controller has, with what they say at first. */
const table: Readonly<Record<number, Feature>> = {
  1: { capabilities: 0, value: 7 },
  2: { capabilities: 0, value: 0 },
  4: { capabilities: CHANGEABLE, value: 0x157 },
  5: { capabilities: CHANGEABLE | PER_NAMESPACE, value: 0 },
  6: { capabilities: CHANGEABLE, value: 1, preset: 0 },
  7: { capabilities: CHANGEABLE, value: queues },
  8: { capabilities: 0, value: 0 },
  9: { capabilities: 0, value: 0 },
  10: { capabilities: 0, value: 0 },
  11: { capabilities: CHANGEABLE, value: 0 },
  14: { capabilities: CHANGEABLE, value: 0 },
  22: { capabilities: CHANGEABLE, value: 0 },
  25: { capabilities: CHANGEABLE, value: 0 },
};

const NUMBER_OF_QUEUES = 7;
const INTERRUPT_VECTOR = 9;
const everyNamespace = 0xffffffff;
/** Vector 0 belongs to the admin queue and is not coalesced. */
const coalescingOff = 0x10000;

/** Get Features and Set Features. */
export class Features {
  readonly #values = new Map<number, number>();

  get(command: Command, namespaces: number): Outcome {
    const id = command.dword(10) & 0xff;
    const select = (command.dword(10) >> 8) & 7;
    const feature = table[id];
    if (feature === undefined) return failure("INVALID_FIELD");
    if ((feature.capabilities & PER_NAMESPACE) !== 0) {
      const { namespace } = command;
      if (namespace === 0 || namespace === everyNamespace) return failure("INVALID_NAMESPACE");
      if (namespace > namespaces) return failure("INVALID_FIELD");
    }
    if (select === 3) return { status: 0, result: feature.capabilities };
    if (id === INTERRUPT_VECTOR) return this.#vector(command);
    const preset = feature.preset ?? feature.value;
    const result = select === 0 ? (this.#values.get(id) ?? feature.value) : preset;
    return { status: 0, result };
  }

  set(command: Command, namespaces: number): Outcome {
    const word = command.dword(10);
    const feature = table[word & 0xff];
    if (word >>> 31 !== 0 && ((feature?.capabilities ?? 0) & SAVEABLE) === 0) {
      return failure("FEATURE_NOT_SAVEABLE");
    }
    if (feature === undefined) return failure("INVALID_FIELD");
    const refusal = this.#refuse(feature, command.namespace, namespaces);
    return refusal ?? this.#store(word & 0xff, command.dword(11));
  }

  #refuse({ capabilities }: Feature, namespace: number, namespaces: number): Outcome | undefined {
    const named = namespace !== 0 && namespace !== everyNamespace;
    if ((capabilities & PER_NAMESPACE) !== 0) {
      if (namespace === 0) return failure("INVALID_NAMESPACE");
      if (named && namespace > namespaces) return failure("INVALID_FIELD");
    } else if (named) return failure("FEATURE_NOT_PER_NAMESPACE");
    return (capabilities & CHANGEABLE) === 0 ? failure("FEATURE_NOT_CHANGEABLE") : undefined;
  }

  #store(id: number, value: number): Outcome {
    if (id === NUMBER_OF_QUEUES) {
      const none = (value & 0xffff) === 0xffff || value >>> 16 === 0xffff;
      return none ? failure("INVALID_FIELD") : { status: 0, result: queues };
    }
    this.#values.set(id, value);
    return { status: 0 };
  }

  #vector(command: Command): Outcome {
    const vector = command.dword(11) & 0xffff;
    if (vector > 64) return failure("INVALID_FIELD");
    return { status: 0, result: vector | (vector === 0 ? coalescingOff : 0) };
  }
}
