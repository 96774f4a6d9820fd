import { bit, pci, ro32, rw32, Vfio } from "node-vfio";

await using vfio = await Vfio.simulate(); // on a host: Vfio.open()

await using device = await vfio.openDevice("0000:00:05.0");
const edu = device.region(pci.BAR0).registers({
  id: ro32(0x00),
  factorial: rw32(0x08),
  status: rw32(0x20, { computing: bit(0), raiseIrq: bit(7) }),
});
using msi = device.interrupts.msi.enable(1);
device.config.command.update({ busMaster: true });

edu.status.update({ raiseIrq: true });
edu.factorial.write(10);
await msi.once();
console.log(`device ${edu.id.read().toString(16)} says: 10! = ${edu.factorial.read()}`);
