import { type1Driver } from "../iommu/type1/driver.js";
import type { IommuDriver } from "./iommu-driver.js";
import { noiommuDriver } from "./noiommu-driver.js";

/** IOMMU drivers that are registered, the most recent first. */
export const iommuDrivers: readonly IommuDriver[] = [type1Driver, noiommuDriver];
