import type { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import type { IommuInfo } from "../vfio/iommu-info.js";

/** A mapping that was refused, and what the container is. */
export interface MapFacts {
  kernel: Pick<Kernel, "system" | "pageSize">;
  iova: bigint;
  size: bigint;
  /** Bytes that this container has mapped already. */
  mapped: bigint;
  /** Mappings that this container has. */
  mappings: number;
  /** Whether the container has an IOMMU. */
  hasIommu: boolean;
  info(): IommuInfo;
}

/** Why memory could not be mapped. vfio_iommu_type1.c: vfio_dma_do_map() */
export function mapDmaHint(facts: MapFacts, { code }: VfioError): string | undefined {
  switch (code) {
    case "ENOMEM":
      return memlock(facts);
    case "ENOSPC":
      return (
        `The container has ${facts.mappings} mappings, the most that this kernel allows ` +
        "(vfio_iommu_type1.dma_entry_limit): map larger pieces."
      );
    case "EINVAL":
      return invalid(facts);
    case "EEXIST":
      return `Something is mapped in ${range(facts)} already: unmap it, or let the IOVA be chosen.`;
    case "EFAULT":
      return "The memory is not there, or the process itself may not write to it.";
    default:
      return undefined;
  }
}

function memlock({ kernel, size, mapped }: MapFacts): string {
  const { soft, hard } = kernel.system.memlock();
  const needed = mapped + size;
  const kib = (needed + 1023n) / 1024n;
  const limit = Number.isFinite(soft) ? `${soft / 1024} KiB` : "unlimited";
  const raise =
    needed <= BigInt(Math.min(hard, Number.MAX_SAFE_INTEGER))
      ? `\`ulimit -l ${kib}\` before the program starts`
      : `"memlock" in /etc/security/limits.conf, LimitMEMLOCK= of its service, or ` +
        `\`sudo prlimit --memlock=${needed} --pid ${kernel.system.pid()}\``;
  return (
    `Mapped memory is locked: ${kib} KiB are needed in all, this process may lock ${limit}. ` +
    `Raise it with ${raise}.`
  );
}

function invalid(facts: MapFacts): string | undefined {
  if (!facts.hasIommu) {
    return "The container has no IOMMU yet: open a device, or `setContainer` and `setIommu`.";
  }
  const { iova, size, info } = facts;
  const { pageSizes, iovaRanges } = info();
  const page = pageSizes & -pageSizes;
  if (iova % page !== 0n || size % page !== 0n) {
    return `IOVA, address and length must be multiples of ${page} bytes.`;
  }
  if (iovaRanges === undefined) return undefined;
  const end = iova + size - 1n;
  if (iovaRanges.some((usable) => usable.start <= iova && end <= usable.end)) return undefined;
  const usable = iovaRanges.map(
    ({ start, end }) => `0x${start.toString(16)}-0x${end.toString(16)}`,
  );
  return `${range(facts)} is outside of what the IOMMU can map: ${usable.join(", ")}.`;
}

function range({ iova, size }: MapFacts): string {
  return `0x${iova.toString(16)}-0x${(iova + size - 1n).toString(16)}`;
}
