import { mttyRegisters } from "../../simulator/drivers/mtty/registers.js";
import { type MdevDevice, mdevTypes, startMdev, stopMdev } from "../../sysfs/index.js";
import { PciRegion } from "../../uapi/flags.js";
import type { Registers } from "../../vfio/registers.js";
import { Vfio } from "../../vfio/vfio.js";
import type { Stage } from "./stage.js";

/** What the visit of the mediated device found. */
export interface MttyVisit {
  readonly uuid: string;
  readonly type: string;
  /** What came back through the UART. */
  readonly received: string;
}

const TYPE = "mtty-1";
const LINE = "Hello from Node.js, through a UART that is not there!";

/** Step: mtty, a mediated device. Undefined when nothing here makes them. */
export async function visitMtty(stage: Stage): Promise<MttyVisit | undefined> {
  const { kernel, narrator } = stage;
  const type = mdevTypes(kernel).find(({ id, available }) => id === TYPE && available > 0);
  if (type === undefined) {
    narrator.title("A mediated device: none");
    narrator.say("The kernel's mtty sample driver is not here: modprobe mtty (CONFIG_SAMPLES)");
    return undefined;
  }
  narrator.title(`A mediated device: ${type.id}, "${type.name}"`);
  narrator.say(
    "No hardware: a kernel driver plays the device, and VFIO shows it as if it were PCI.",
  );
  const device = startMdev(kernel, { parent: type.parent, type: TYPE });
  narrator.fact("created", `${device.name}, group ${device.group}`);
  try {
    return { uuid: device.name, type: TYPE, received: await useUart(stage, device) };
  } finally {
    await stopMdev(kernel, device);
    narrator.fact("removed", device.name);
  }
}

async function useUart({ kernel, narrator }: Stage, { name }: MdevDevice): Promise<string> {
  const vfio = await Vfio.open({ kernel });
  try {
    const device = await vfio.openDevice(name);
    const { vendorId, deviceId } = device.config;
    const id = [vendorId, deviceId].map((value) => value.toString(16).padStart(4, "0")).join(":");
    narrator.fact("opened", `PCI ${id}, BAR 0 holds a 16550 UART, looped back`);
    const uart = device.region(PciRegion.BAR0).registers(mttyRegisters);
    uart.fcr.writeFields({ enable: true, clearReceive: true, clearTransmit: true });
    const received = sendAndReceive(uart, LINE);
    narrator.fact("sent", LINE);
    narrator.fact("received", received);
    if (received !== LINE) throw new Error("UART: what came back is not what was sent");
    return received;
  } finally {
    await vfio.close();
  }
}

/** Byte by byte, reading what has come before the FIFO of 16 can be full. */
function sendAndReceive(uart: Registers<typeof mttyRegisters>, line: string): string {
  const received: number[] = [];
  for (const byte of Buffer.from(line, "latin1")) {
    uart.data.write(byte);
    while (uart.lsr.fields.dataReady.read()) received.push(uart.data.read());
  }
  return Buffer.from(received).toString("latin1");
}
