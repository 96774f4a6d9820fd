import { Errno } from "../../../errno.js";
import { DeviceState, MigrationFlags } from "../../../uapi/flags.js";
import type { Client } from "../../core/client.js";
import type { FileOperations } from "../../core/file.js";
import type { Hazards } from "../../core/hazards.js";
import { type MigrationOps, nextMigrationState } from "../../core/migration.js";
import type { Result } from "../../core/result.js";
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
  /** Bytes of a whole stream. */
  readonly streamSize: number;
  readonly #uarts: readonly Uart[];
  readonly #hazards: Hazards;
  #state: number = RUNNING;
  #saving: SavingStream | undefined;
  #resuming: ResumingStream | undefined;

  constructor({ uarts, hazards, module }: MttyMigrationOptions) {
    this.#uarts = uarts;
    this.#hazards = hazards;
    this.module = module;
    this.streamSize = streamHeaderSize + uarts.length * Uart.stateSize;
  }

  get state(): number {
    return this.#state;
  }

  getState(): number {
    return this.#state;
  }

  dataSize(): number {
    return this.streamSize;
  }

  get ports(): number {
    return this.#uarts.length;
  }

  /** samples/vfio-mdev/mtty.c: mtty_set_state(). An error leaves it in the last state reached. */
  setState(_client: Client, wanted: number): FileOperations | Result {
    let stream: FileOperations | Result = 0;
    while (this.#state !== wanted) {
      const next = nextMigrationState(this.flags, this.#state, wanted);
      if (next < 0) return next;
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
  #step(next: number): FileOperations | Result {
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
  #save(next: number): FileOperations | Result {
    const before = this.#saving;
    const stream = before ?? new SavingStream(this);
    this.#saving = stream;
    if (next === STOP_COPY) {
      stream.append((target, offset) => {
        for (const [n, uart] of this.#uarts.entries()) {
          uart.save(target, offset + n * Uart.stateSize);
        }
      });
    }
    return before === undefined ? stream : 0;
  }

  // samples/vfio-mdev/mtty.c: mtty_resume_device_data()
  #resume(): FileOperations {
    this.#resuming = new ResumingStream(this);
    return this.#resuming;
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
