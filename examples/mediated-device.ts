import { Vfio } from "node-vfio";

await using vfio = await Vfio.simulate({ profile: "6.12" });
const parent = "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1";
vfio.kernel.sysfs.write(`${parent}/create`, "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");

await using serial = await vfio.openDevice("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
const uart = serial.region(0);
for (const byte of new TextEncoder().encode("hello")) uart.write8(0, byte);
const echo = Uint8Array.from({ length: 5 }, () => uart.read8(0));
console.log(new TextDecoder().decode(echo), "from", vfio.kernel.description.text);
