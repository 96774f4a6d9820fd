import { explain } from "../hints/explain.js";
import { openContainerHint } from "../hints/open-container.js";
import { setIommuHint } from "../hints/set-iommu.js";
import { type Fd, type Kernel, OpenFlags } from "../kernel.js";
import { Extension } from "../uapi/flags.js";
import { Vfio as Requests } from "../uapi/requests.js";
import { DirtyPages } from "./dirty-pages.js";
import { Dma } from "./dma.js";
import { Handle } from "./handle.js";
import { type IommuInfo, iommuInfo } from "./iommu-info.js";
import { integer } from "./numbers.js";
import { closeStep, type Steps } from "./steps.js";

const NODE = "/dev/vfio/vfio";

/**
 * An I/O address space: groups are put into it, it gets an IOMMU, memory is mapped into it, and all
 * devices of its groups reach that memory under the same addresses. `/dev/vfio/vfio`; each open is
 * a new container. The order is the kernel's: a group first (`group.setContainer`), then
 * `setIommu`, then mappings and devices.
 */
export class Container extends Handle {
  readonly label = "container";
  readonly kernel: Kernel;
  /** Memory mapped for the devices of this container. */
  readonly dma: Dma;
  /** Which mapped pages devices have written. */
  readonly dirtyPages: DirtyPages;
  readonly #fd: Fd;
  #iommu: number | undefined;

  /**
   * Opens `/dev/vfio/vfio`. Programs call `vfio.openContainer()`, which also closes it.
   *
   * @throws VfioError ENOENT, ENODEV (VFIO is not there), EACCES; each with a hint
   */
  constructor(kernel: Kernel, parent: Handle) {
    super();
    this.kernel = kernel;
    this.#fd = explain(
      () => kernel.open(NODE, OpenFlags.readWrite),
      (error) => ({ path: NODE, hint: openContainerHint(kernel, error) }),
    );
    this.dma = new Dma(this);
    this.dirtyPages = new DirtyPages(this);
    this.attachTo(parent);
  }

  /** The descriptor, for requests of your own. @throws ClosedError */
  get fd(): Fd {
    this.assertOpen();
    return this.#fd;
  }

  /** The IOMMU that was set (`Extension.TYPE1v2_IOMMU`); undefined before, and without groups. */
  get iommu(): number | undefined {
    return this.#iommu;
  }

  /** Groups that are in it. */
  get groups(): Handle[] {
    return [...this.children];
  }

  /** VFIO_GET_API_VERSION: 0 on every kernel so far. */
  apiVersion(): number {
    return this.kernel.ioctl(this.fd, Requests.GET_API_VERSION, 0);
  }

  /**
   * VFIO_CHECK_EXTENSION: whether this container could have, or once an IOMMU is set has, an
   * `Extension`.
   */
  checkExtension(extension: number): boolean {
    const argument = integer(extension, "extension", { max: 0xffff_ffff });
    return this.kernel.ioctl(this.fd, Requests.CHECK_EXTENSION, argument) > 0;
  }

  /**
   * VFIO_SET_IOMMU: which IOMMU driver the container gets; without an argument the best of type1
   * version 2 and type1.
   *
   * @throws VfioError EINVAL without a group or with an IOMMU already, ENODEV for a type that the
   *   kernel does not have, EPERM where interrupts are not isolated; container.c:
   *   vfio_ioctl_set_iommu()
   */
  setIommu(type?: number): void {
    const wanted = type === undefined ? this.#bestType() : integer(type, "type", { max: 64 });
    explain(
      () => this.kernel.ioctl(this.fd, Requests.SET_IOMMU, wanted),
      (error) => ({ hint: setIommuHint(this.#facts(), error) }),
    );
    this.#iommu = wanted;
  }

  /**
   * VFIO_IOMMU_GET_INFO: page sizes and capabilities.
   *
   * @throws VfioError EINVAL before `setIommu`
   */
  info(): IommuInfo {
    return iommuInfo(this.kernel, this.fd);
  }

  /**
   * Sends any request as it is, without the checks that keep this process's memory safe.
   *
   * @returns what the kernel returned
   */
  unsafeIoctl(request: number, argument: number | bigint | string | Uint8Array): number {
    return this.kernel.unsafeIoctl(this.fd, request, argument);
  }

  /** @internal Groups came or went; the last one takes IOMMU and mappings with it. */
  groupsChanged(): void {
    this.dma.rangesChanged();
    if (this.children.size > 0) return;
    this.#iommu = undefined;
    this.dma.forget();
  }

  /** @internal Bytes of the smallest page that can be mapped: what dirty bitmaps count in. */
  smallestPage(): bigint {
    const { pageSizes } = this.info();
    return pageSizes & -pageSizes;
  }

  protected *release(): Steps<void> {
    this.dma.forget();
    this.dirtyPages.free();
    yield* closeStep(this.kernel, this.#fd);
  }

  #bestType(): number {
    const { TYPE1v2_IOMMU, TYPE1_IOMMU, NOIOMMU_IOMMU } = Extension;
    const known = [TYPE1v2_IOMMU, TYPE1_IOMMU, NOIOMMU_IOMMU];
    return known.find((type) => this.checkExtension(type)) ?? TYPE1v2_IOMMU;
  }

  #facts() {
    return { groups: this.children.size, iommu: this.#iommu };
  }
}
