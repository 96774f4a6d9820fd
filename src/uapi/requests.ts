/**
 * ioctl request numbers of linux/vfio.h: `_IO(';', 100 + n)`. The same number means different
 * things to a container, a group and a device, so the names say whose it is.
 */

const VFIO_TYPE = 0x3b00;
const VFIO_BASE = 100;

function request(nr: number): number {
  return VFIO_TYPE | (VFIO_BASE + nr);
}

/** Request numbers by their C names. */
export const Vfio = {
  GET_API_VERSION: request(0),
  CHECK_EXTENSION: request(1),
  SET_IOMMU: request(2),
  GROUP_GET_STATUS: request(3),
  GROUP_SET_CONTAINER: request(4),
  GROUP_UNSET_CONTAINER: request(5),
  GROUP_GET_DEVICE_FD: request(6),
  DEVICE_GET_INFO: request(7),
  DEVICE_GET_REGION_INFO: request(8),
  DEVICE_GET_IRQ_INFO: request(9),
  DEVICE_SET_IRQS: request(10),
  DEVICE_RESET: request(11),
  IOMMU_GET_INFO: request(12),
  DEVICE_GET_PCI_HOT_RESET_INFO: request(12),
  IOMMU_MAP_DMA: request(13),
  DEVICE_PCI_HOT_RESET: request(13),
  IOMMU_UNMAP_DMA: request(14),
  DEVICE_QUERY_GFX_PLANE: request(14),
  IOMMU_ENABLE: request(15),
  DEVICE_GET_GFX_DMABUF: request(15),
  IOMMU_DISABLE: request(16),
  DEVICE_IOEVENTFD: request(16),
  IOMMU_DIRTY_PAGES: request(17),
  DEVICE_FEATURE: request(17),
  DEVICE_BIND_IOMMUFD: request(18),
  DEVICE_ATTACH_IOMMUFD_PT: request(19),
  DEVICE_DETACH_IOMMUFD_PT: request(20),
  MIG_GET_PRECOPY_INFO: request(21),
} as const;

const names = new Map<number, string>();
for (const [name, number] of Object.entries(Vfio)) {
  const earlier = names.get(number);
  names.set(number, earlier === undefined ? `VFIO_${name}` : `${earlier}/${name}`);
}

/**
 * The C name of a request: `"VFIO_DEVICE_RESET"`. A number that two kinds of file share has both:
 * `"VFIO_IOMMU_GET_INFO/DEVICE_GET_PCI_HOT_RESET_INFO"`. Undefined for one that is not VFIO's.
 */
export function requestName(number: number): string | undefined {
  return names.get(number);
}
