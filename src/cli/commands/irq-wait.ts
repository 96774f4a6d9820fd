import type { Device } from "../../vfio/device.js";
import type { EnabledInterrupts } from "../../vfio/enabled-interrupts.js";
import type { InterruptEvent } from "../../vfio/interrupt-queue.js";
import type { Command, CommandContext } from "../command.js";
import { withDevice } from "../device/open.js";
import { irqParameter } from "../parameter/irq.js";
import { milliseconds } from "../parameter/take.js";
import { parseNumber } from "../text/number.js";
import { UsageError } from "../usage-error.js";

interface WaitFlags {
  count: string;
  timeout?: string;
  trigger?: boolean;
}

/** What happened. */
interface Waited {
  readonly device: string;
  readonly irq: string;
  readonly events: readonly InterruptEvent[];
}

/** `vfio irq wait DEVICE IRQ`: a line for each interrupt, as it happens. */
export const irqWait: Command<WaitFlags, Waited> = {
  run: (context: CommandContext, [deviceText, irqText], flags) => {
    const count = parseNumber(flags.count, "--count");
    if (count < 1) throw new UsageError("--count: at least one");
    const timeout = flags.timeout === undefined ? undefined : milliseconds(flags.timeout);
    return withDevice(context, deviceText!, async (device) => {
      const irq = irqParameter(device, irqText!);
      if (irq.name !== "INTX") allowMessages(device);
      const enabled = irq.enabled ?? irq.enable(irq.info.count);
      if (flags.trigger === true) irq.trigger();
      const name = irq.name.toLowerCase();
      const events = await collect(context, enabled, { count, timeout, name });
      return { device: device.name, irq: name, events };
    });
  },
  show: () => "",
};

/** A message is a write by the device: it needs bus mastering. */
function allowMessages(device: Device): void {
  if (device.api === "pci") device.config.command.fields.busMaster.write(true);
}

async function collect(
  context: CommandContext,
  enabled: EnabledInterrupts,
  { count, timeout, name }: { count: number; timeout: number | undefined; name: string },
): Promise<InterruptEvent[]> {
  const events: InterruptEvent[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, context.signal]);
  const late = new Error(`no interrupt within ${(timeout ?? 0) / 1000} s`);
  if (timeout !== undefined) {
    const asleep = context.kernel.clock.sleep(timeout, { signal });
    asleep.then(() => stop.abort(late)).catch(() => {});
  }
  try {
    while (events.length < count) {
      const event = await enabled.once({ signal });
      events.push(event);
      const times = event.count === 1 ? "" : `, ${event.count} times`;
      context.print(`${name} vector ${event.vector}${times}\n`);
    }
    return events;
  } finally {
    stop.abort();
  }
}
