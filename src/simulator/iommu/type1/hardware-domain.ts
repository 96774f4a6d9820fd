import { PAGE_SIZE } from "../../core/page.js";
import type { DmaDomain, HardwareIommu } from "../iommu-group.js";
import { type DmaMapping, Prot } from "./mapping.js";
import { type CachedPage, TranslationCache } from "./translation-cache.js";
import type { AttachedGroup, Type1 } from "./type1.js";

/** Copies up to so many bytes are quicker one by one than through a view of them. */
const FEW = 32;

/** A domain of the machine's IOMMU, and how devices of its groups reach memory. */
export class HardwareDomain implements DmaDomain {
  readonly groups: AttachedGroup[] = [];
  readonly coherent: boolean;
  readonly apertureEnd: bigint;
  readonly pageSizes: bigint;
  readonly #type1: Type1;
  readonly #cache = new TranslationCache();

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
    const offset = iova % PAGE_SIZE;
    const end = offset + target.length;
    const cached = end <= PAGE_SIZE ? this.#page((iova - offset) / PAGE_SIZE) : undefined;
    if (cached === undefined) this.#readPieces(iova, target);
    else if (!this.#readable(cached.mapping)) target.fill(0);
    else if (target.length === PAGE_SIZE) target.set(cached.bytes);
    else if (target.length > FEW) target.set(cached.bytes.subarray(offset, end));
    else copyFew(cached.bytes, offset, target);
  }

  write(iova: number, source: Uint8Array): void {
    const offset = iova % PAGE_SIZE;
    const inside = offset + source.length <= PAGE_SIZE;
    const cached = inside ? this.#page((iova - offset) / PAGE_SIZE) : undefined;
    if (cached === undefined) this.#writePieces(iova, source);
    else if (cached.mapping.writable) cached.bytes.set(source, offset);
  }

  #readPieces(iova: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const mapping = this.#translate(iova + done);
      const at = mapping === undefined ? undefined : locate(mapping, iova + done);
      const part = target.subarray(done, done + reach(at, iova + done));
      if (at === undefined || !this.#readable(mapping)) part.fill(0);
      else if (at.span.bytes === undefined) at.span.read(at.offset, part);
      else part.set(at.span.bytes.subarray(at.offset, at.offset + part.length));
      done += part.length;
    }
  }

  #writePieces(iova: number, source: Uint8Array): void {
    for (let done = 0; done < source.length; ) {
      const mapping = this.#translate(iova + done);
      const at = mapping === undefined ? undefined : locate(mapping, iova + done);
      const part = source.subarray(done, done + reach(at, iova + done));
      if (at !== undefined && mapping?.writable) {
        if (at.span.bytes === undefined) at.span.write(at.offset, part);
        else at.span.bytes.set(part, at.offset);
      }
      done += part.length;
    }
  }

  /** A page of memory; undefined where there is none, or device memory. */
  #page(page: number): CachedPage | undefined {
    const cached = this.#cache.get(page);
    if (cached !== undefined) return cached;
    const mapping = this.#translate(page * PAGE_SIZE);
    return mapping === undefined ? undefined : this.#cache.add(page, mapping);
  }

  #translate(iova: number): DmaMapping | undefined {
    const mapping = this.#type1.mappings.translate(Math.floor(iova / PAGE_SIZE));
    return mapping?.iommuMapped ? mapping : undefined;
  }

  /** Until 6.12 the page tables that were measured have no write-only pages. */
  #readable(mapping: DmaMapping | undefined): boolean {
    if (mapping === undefined) return false;
    return (mapping.prot & Prot.read) !== 0 || this.#type1.machine.profile.writeOnlyReadable;
  }
}

type Located = ReturnType<DmaMapping["spanOf"]>;

function locate(mapping: DmaMapping, iova: number): Located {
  const found = mapping.spanOf(Math.floor(iova / PAGE_SIZE));
  return found && { span: found.span, offset: found.offset + (iova % PAGE_SIZE) };
}

/** Bytes from an address on that one piece of memory, or one unmapped page, answers for. */
function reach(at: Located, iova: number): number {
  return at === undefined ? PAGE_SIZE - (iova % PAGE_SIZE) : at.span.pages * PAGE_SIZE - at.offset;
}

function copyFew(bytes: Uint8Array, offset: number, target: Uint8Array): void {
  for (let at = 0; at < target.length; at += 1) target[at] = bytes[offset + at] as number;
}
