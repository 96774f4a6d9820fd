import { structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import {
  migrationState,
  openMdev,
  openStream,
  Register,
  setState,
  Uart,
} from "../fixtures/index.js";
import { FILL, type TracedFile } from "../trial/index.js";

const later = { versions: ["6.12", "7.2"], because: "mtty has no migration before 6.8" } as const;
const HEADER = "4e2c3e8c89099d7e 01000000 00000000 02000000 00000000";

function precopyInfo(stream: TracedFile, argsz: number = structs.precopyInfo.size) {
  return stream.call("MIG_GET_PRECOPY_INFO", structs.precopyInfo, { argsz }, { fill: FILL });
}

/** The migration state machine and mtty's streams. */
export const mttyMigrationCases: readonly ConformanceCase[] = [
  {
    name: "migration: states that cannot be reached",
    vectors: [117],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      for (const state of [0, 8, 99, 0xffffffff]) {
        setState(device, state).is("EINVAL").has({ device_state: state, data_fd: -1 });
        migrationState(device).is(0).has({ device_state: 2, data_fd: -1 });
      }
      setState(device, 2).is(0).has({ data_fd: -1 });
    },
  },
  {
    name: "migration: pre-copy",
    vectors: [118, 119],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      const stream = openStream(device, 6, "pre-copy stream");
      stream.read(8).is(8).holds(0, HEADER.slice(0, 16));
      precopyInfo(stream).is(0).has({ initial_bytes: 16n, dirty_bytes: 0n });
      precopyInfo(stream, 23).is("EINVAL");
      stream.ioctl("MIG_GET_PRECOPY_INFO", null).is("EFAULT");
      stream.ioctl("DEVICE_RESET").is("ENOTTY");
      stream.read(64).is(16);
      stream.read(64).is(0);
      stream.pread(8, 0).is("ESPIPE");
      stream.write(new Uint8Array(1)).is("EBADF");
      setState(device, 7).is(0).has({ data_fd: -1 });
      setState(device, 3).is(0).has({ data_fd: -1 });
      precopyInfo(stream).is("EINVAL");
      stream.read(256).is(72);
      setState(device, 6).is("EINVAL");
      setState(device, 7).is("EINVAL");
      migrationState(device).has({ device_state: 3 });
      setState(device, 2).is(0).has({ data_fd: -1 });
      stream.read(8).is("ENODEV");
    },
  },
  {
    name: "migration: save and restore",
    vectors: [120],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      const source = openStream(device, 3, "source");
      const saved = source.read(256).is(96).holds(0, HEADER).bytes.slice();
      setState(device, 1).is(0);
      const target = openStream(device, 4, "target");
      target.write(saved.subarray(0, 10)).is(10);
      target.write(saved.subarray(10)).is(86);
      target.write(new Uint8Array(1)).is("ENOMEM");
      target.read(8).is("EBADF");
      setState(device, 1).is(0);
      setState(device, 2).is(0);
    },
  },
  {
    name: "migration: a short stream",
    vectors: [121],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      const saved = openStream(device, 3, "source").read(256).is(96).bytes.slice();
      const target = openStream(device, 4, "target");
      target.write(saved.subarray(0, 95)).is(95);
      setState(device, 2).is("EINVAL");
      setState(device, 1).is("EINVAL");
      migrationState(device).has({ device_state: 4 });
      target.write(saved.subarray(95)).is(1);
      setState(device, 2).is(0);
    },
  },
  {
    name: "migration: a stream with a wrong header",
    vectors: [122],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      const saved = openStream(device, 3, "source").read(256).is(96).bytes.slice();
      saved[0] = 0;
      const target = openStream(device, 4, "target");
      target.write(saved.subarray(0, 23)).is(23);
      target.write(saved.subarray(23, 24)).is("EFAULT");
      target.write(saved.subarray(24)).is(72);
      setState(device, 2).is(0);
    },
  },
  {
    name: "migration: a stopped device still answers",
    vectors: [254],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      const uart = new Uart(device);
      setState(device, 1).is(0);
      uart.write(Register.scratch, 0x5a);
      uart.reads(Register.scratch, 0x5a);
      uart.write(Register.data, 0x41);
      uart.reads(Register.data, 0x41);
      setState(device, 2).is(0);
    },
  },
  {
    name: "migration: reset while resuming",
    vectors: [123],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      setState(device, 1).is(0);
      const target = openStream(device, 4, "target");
      device.reset().is(0);
      migrationState(device).has({ device_state: 2 });
      target.write(new Uint8Array(1)).is("ENODEV");
    },
  },
  {
    name: "migration: state outlives the descriptor",
    vectors: [124],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device, group, target } = openMdev(t, "T2");
      setState(device, 5).is(0);
      const stream = openStream(device, 7, "stream");
      setState(device, 5).is(0);
      stream.read(8).is("ENODEV");
      setState(device, 1).is(0);
      device.close();
      const again = group.device(target.name, "second open");
      migrationState(again).is(0).has({ device_state: 1 });
    },
  },
];
