import { PAGE_SIZE } from "../../core/page.js";
import type { DmaDomain, HardwareIommu } from "../iommu-group.js";
import { type DmaMapping, Prot } from "./mapping.js";
import type { AttachedGroup, Type1 } from "./type1.js";

/** A domain of the machine's IOMMU, and how devices of its groups reach memory. */
export class HardwareDomain implements DmaDomain {
  readonly groups: AttachedGroup[] = [];
  readonly coherent: boolean;
  readonly apertureEnd: bigint;
  readonly pageSizes: bigint;
  readonly #type1: Type1;
  /** The mapping of the latest access: device transfers stay in one for long. */
  #latest: DmaMapping | undefined;

  constructor(type1: Type1, hardware: HardwareIommu) {
    this.#type1 = type1;
    this.coherent = hardware.cacheCoherent;
    this.apertureEnd = hardware.apertureEnd;
    this.pageSizes = hardware.pageSizes;
  }

  /** iommu_attach_group() */
  attach(attached: AttachedGroup): void {
    this.groups.push(attached);
    attached.group.domain = this;
  }

  /** iommu_detach_group() */
  detach(attached: AttachedGroup): void {
    this.groups.splice(this.groups.indexOf(attached), 1);
    attached.group.domain = undefined;
  }

  /** The domain goes away with all groups that are left in it. */
  release(): void {
    for (const attached of [...this.groups]) this.detach(attached);
  }

  read(iova: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const mapping = this.#translate(iova + done);
      const part = target.subarray(done, done + this.#reach(mapping, iova + done));
      const at = this.#readable(mapping) ? locate(mapping, iova + done) : undefined;
      if (at === undefined) part.fill(0);
      else if (at.span.bytes === undefined) at.span.read(at.offset, part);
      else part.set(at.span.bytes.subarray(at.offset, at.offset + part.length));
      done += part.length;
    }
  }

  write(iova: number, source: Uint8Array): void {
    for (let done = 0; done < source.length; ) {
      const mapping = this.#translate(iova + done);
      const part = source.subarray(done, done + this.#reach(mapping, iova + done));
      const at = mapping?.writable ? locate(mapping, iova + done) : undefined;
      if (at?.span.bytes === undefined) at?.span.write(at.offset, part);
      else at.span.bytes.set(part, at.offset);
      done += part.length;
    }
  }

  #translate(iova: number): DmaMapping | undefined {
    const page = Math.floor(iova / PAGE_SIZE);
    const latest = this.#latest;
    if (latest?.iommuMapped && page >= latest.page && page < latest.end) return latest;
    const mapping = this.#type1.mappings.translate(page);
    if (mapping === undefined || !mapping.iommuMapped) return undefined;
    this.#latest = mapping;
    return mapping;
  }

  /** Bytes from an address on that one piece of memory answers for. */
  #reach(mapping: DmaMapping | undefined, iova: number): number {
    const rest = PAGE_SIZE - (iova % PAGE_SIZE);
    const at = mapping === undefined ? undefined : locate(mapping, iova);
    return at === undefined ? rest : at.span.pages * PAGE_SIZE - at.offset;
  }

  /** Until 6.12 the page tables that were measured have no write-only pages. */
  #readable(mapping: DmaMapping | undefined): mapping is DmaMapping {
    if (mapping === undefined) return false;
    return (mapping.prot & Prot.read) !== 0 || this.#type1.machine.profile.writeOnlyReadable;
  }
}

function locate(mapping: DmaMapping, iova: number): ReturnType<DmaMapping["spanOf"]> {
  const found = mapping.spanOf(Math.floor(iova / PAGE_SIZE));
  return found && { span: found.span, offset: found.offset + (iova % PAGE_SIZE) };
}
