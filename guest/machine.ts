/** What the virtual machine consists of besides the fixtures that are always there. */
export interface MachineOptions {
  readonly kernelImage: string;
  readonly initramfs: string;
  readonly memory: string;
  /** Whether there is an (emulated Intel) IOMMU; without one, VFIO has its no-IOMMU mode only. */
  readonly iommu: boolean;
  /** Let the kernel print all of its messages. */
  readonly verbose: boolean;
  /** A raw image behind the NVMe drive. */
  readonly drive: string;
  /** Unix sockets that listen for the guest's virtio-serial ports, by the name of the port. */
  readonly ports: ReadonlyMap<string, string>;
  /** Unix socket of the guest's console terminal, for an interactive guest. */
  readonly terminal?: string | undefined;
}

/**
 * QEMU's arguments. The simulated machine has the same fixtures at the same addresses, or traces of
 * both could not be equal; bus numbers follow from the order of the root ports.
 */
export function machineArguments(options: MachineOptions): string[] {
  return [
    ...["-M", "q35,kernel-irqchip=split", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2"],
    ...["-m", options.memory, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-chardev", "stdio,id=log,signal=off", "-serial", "chardev:log"],
    ...["-kernel", options.kernelImage, "-initrd", options.initramfs],
    ...["-append", kernelCommandLine(options)],
    ...(options.iommu ? device("intel-iommu,intremap=on,caching-mode=on") : []),
    ...fixtures(options.drive),
    ...hostFileSystem(),
    ...serialPorts(options),
  ];
}

function kernelCommandLine({ iommu, verbose }: MachineOptions): string {
  return [
    "console=ttyS0 panic=-1 oops=panic rdinit=/init hugepages=16",
    verbose ? "loglevel=7" : "quiet",
    // `iommu=nopt`: translate for every device, so that what is not mapped cannot be reached.
    ...(iommu ? ["iommu=nopt intel_iommu=on"] : []),
    // What only costs time under emulation, or panics or complains when the host is busy.
    "no_timer_check nowatchdog cryptomgr.notests random.trust_cpu=on",
  ].join(" ");
}

function device(description: string): string[] {
  return ["-device", description];
}

function rootPort(id: string, slot: number): string[] {
  return device(`pcie-root-port,id=${id},bus=pcie.0,addr=${slot},chassis=${slot}`);
}

function fixtures(drive: string): string[] {
  return [
    // 02:01.0 and 02:02.0: two devices behind a bridge, which share a group and a bus reset.
    ...rootPort("shared", 1),
    ...device("pcie-pci-bridge,id=bridge,bus=shared"),
    ...device("edu,bus=bridge,addr=1"),
    ...device("edu,bus=bridge,addr=2"),
    // 03:00.0: MSI-X with 65 vectors, function level reset.
    ...rootPort("storage", 2),
    ...["-drive", `if=none,id=disk,format=raw,file=${drive}`],
    ...device("nvme,bus=storage,drive=disk,serial=vfio-guest"),
    // 04:00.0: a device alone in its group.
    ...rootPort("alone", 3),
    ...device("edu,bus=alone"),
    // 05:00.0: SR-IOV, whose virtual functions have groups of their own.
    ...rootPort("virtual", 4),
    ...device("nvme-subsys,id=subsystem"),
    ...device(
      "nvme,bus=virtual,serial=vfio-sriov,subsys=subsystem," +
        "sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4",
    ),
    ...device("edu,bus=pcie.0,addr=5"),
  ];
}

/** The host's root, for all users' files that the user who runs this may read. */
function hostFileSystem(): string[] {
  const options = "path=/,security_model=none,readonly=on,multidevs=remap";
  return [
    ...["-fsdev", `local,id=host,${options}`],
    ...device("virtio-9p-pci,bus=pcie.0,addr=6,fsdev=host,mount_tag=host"),
  ];
}

function serialPorts({ ports, terminal }: MachineOptions): string[] {
  const args = device("virtio-serial-pci,bus=pcie.0,addr=7");
  let number = 1;
  for (const [name, path] of ports) {
    args.push("-chardev", `socket,id=${name},path=${path},server=off`);
    args.push(...device(`virtserialport,nr=${number},chardev=${name},name=${name}`));
    number += 1;
  }
  if (terminal === undefined) return args;
  args.push("-chardev", `socket,id=terminal,path=${terminal},server=off`);
  return [...args, ...device(`virtconsole,nr=${number},chardev=terminal`)];
}
