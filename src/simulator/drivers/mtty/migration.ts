import { Errno } from "../../../errno.js";
import { OpenFlags } from "../../../kernel.js";
import { DeviceState, MigrationFlags } from "../../../uapi/flags.js";
import type { Hazards } from "../../core/hazards.js";
import type { Result } from "../../core/result.js";
import type { MigrationOps, MigrationStream } from "../../mdev/features/migration-feature.js";
import { nextMigrationState } from "../../mdev/features/migration-states.js";
import type { KernelModule } from "../../mdev/module.js";
import { ResumingStream, SavingStream, type StreamOwner, streamHeaderSize } from "./streams.js";
import { Uart } from "./uart.js";

const { RUNNING, STOP_COPY, RESUMING, RUNNING_P2P, PRE_COPY, PRE_COPY_P2P } = DeviceState;

/** What migration needs of the device that it is of. */
export interface MttyMigrationOptions {
  /** The ports that the type has. */
  readonly uarts: readonly Uart[];
  readonly hazards: Hazards;
  readonly module: KernelModule | undefined;
}

/** How an mtty is migrated (since 6.8). Its state outlives the file. */
export class MttyMigration implements MigrationOps, StreamOwner {
  readonly flags = MigrationFlags.STOP_COPY | MigrationFlags.P2P | MigrationFlags.PRE_COPY;
  readonly module: KernelModule | undefined;
  readonly dataSize: number;
  readonly #uarts: readonly Uart[];
  readonly #hazards: Hazards;
  #state: number = RUNNING;
  #saving: SavingStream | undefined;
  #resuming: ResumingStream | undefined;

  constructor({ uarts, hazards, module }: MttyMigrationOptions) {
    this.#uarts = uarts;
    this.#hazards = hazards;
    this.module = module;
    this.dataSize = streamHeaderSize + uarts.length * Uart.stateSize;
  }

  get state(): number {
    return this.#state;
  }

  get ports(): number {
    return this.#uarts.length;
  }

  /** samples/vfio-mdev/mtty.c: mtty_set_state(). An error leaves it in the last state reached. */
  setState(wanted: number): MigrationStream | Result {
    let stream: MigrationStream | Result = 0;
    while (this.#state !== wanted) {
      const next = nextMigrationState(this.#state, wanted, this.flags);
      if (next === undefined) return -Errno.EINVAL;
      stream = this.#step(next);
      if (typeof stream === "number" && stream < 0) return stream;
      this.#state = next;
    }
    return stream;
  }

  // samples/vfio-mdev/mtty.c: mtty_reset()
  reset(): void {
    this.#state = RUNNING;
    this.disableStreams();
  }

  // samples/vfio-mdev/mtty.c: mtty_disable_files()
  disableStreams(): void {
    this.#saving?.disable();
    this.#resuming?.disable();
    this.#saving = undefined;
    this.#resuming = undefined;
  }

  // samples/vfio-mdev/mtty.c: mtty_step_state()
  #step(next: number): MigrationStream | Result {
    const current = this.#state;
    if (current === RESUMING) return this.#finishResuming();
    if (current === STOP_COPY || leavesPreCopy(current, next)) {
      this.disableStreams();
      return 0;
    }
    if (next === STOP_COPY || entersPreCopy(current, next)) return this.#save(next);
    return next === RESUMING ? this.#resume() : 0;
  }

  /** samples/vfio-mdev/mtty.c: mtty_save_device_data(). A stream that is there goes on. */
  #save(next: number): MigrationStream | Result {
    const before = this.#saving;
    const operations = before ?? new SavingStream(this);
    this.#saving = operations;
    if (next === STOP_COPY) {
      operations.append((target, offset) => {
        for (const [n, uart] of this.#uarts.entries()) {
          uart.save(target, offset + n * Uart.stateSize);
        }
      });
    }
    return before === undefined ? { operations, flags: OpenFlags.readOnly } : 0;
  }

  // samples/vfio-mdev/mtty.c: mtty_resume_device_data()
  #resume(): MigrationStream {
    this.#resuming = new ResumingStream(this);
    return { operations: this.#resuming, flags: OpenFlags.writeOnly };
  }

  // samples/vfio-mdev/mtty.c: mtty_load_state()
  #finishResuming(): Result {
    if (this.#resuming === undefined) {
      this.#hazards.meet("mtty-resume-after-close", "leaving RESUMING after the device was closed");
      return -Errno.EINVAL;
    }
    if (!this.#resuming.complete) return -Errno.EINVAL;
    this.#resuming.load((source, offset) => {
      for (const [n, uart] of this.#uarts.entries()) uart.load(source, offset + n * Uart.stateSize);
    });
    this.disableStreams();
    return 0;
  }
}

function entersPreCopy(current: number, next: number): boolean {
  const alone = current === RUNNING && next === PRE_COPY;
  return alone || (current === RUNNING_P2P && next === PRE_COPY_P2P);
}

function leavesPreCopy(current: number, next: number): boolean {
  const alone = current === PRE_COPY && next === RUNNING;
  return alone || (current === PRE_COPY_P2P && next === RUNNING_P2P);
}
