import { PciCap, PciExp, PciExpType, PciExtCap } from "../../uapi/pci-regs.js";
import type { PciDevice } from "./device.js";

const correctable = [
  ..."RxErr BadTLP BadDLLP Rollover Timeout NonFatalErr CorrIntErr HeaderOF".split(" "),
];

const uncorrectable = [
  ..."Undefined DLP SDES TLP FCP CmpltTO CmpltAbrt UnxCmplt RxOF MalfTLP ECRC UnsupReq".split(" "),
  ..."ACSViol UncorrIntErr BlockedTLP AtomicOpBlocked TLPBlockedErr PoisonTLPBlocked".split(" "),
  ..."DMWrReqBlocked IDECheck MisIDETLP PCRC_CHECK TLPXlatBlocked".split(" "),
];

/** Counters of advanced error reporting; nothing goes wrong on the simulated bus. */
// drivers/pci/pcie/aer.c: aer_stats_attrs
export function errorFiles(device: PciDevice): void {
  if (device.findExtendedCapability(PciExtCap.ERR) === 0) return;
  const { directory } = device;
  const zeros = (names: readonly string[], total: string) => () =>
    [...names, total].map((name) => `${name} 0\n`).join("");
  directory
    .readable("aer_dev_correctable", zeros(correctable, "TOTAL_ERR_COR"))
    .readable("aer_dev_fatal", zeros(uncorrectable, "TOTAL_ERR_FATAL"))
    .readable("aer_dev_nonfatal", zeros(uncorrectable, "TOTAL_ERR_NONFATAL"));
  const exp = device.findCapability(PciCap.EXP);
  const type = (device.config.read16(exp + PciExp.FLAGS) & PciExp.FLAGS_TYPE) >> 4;
  if (type !== PciExpType.ROOT_PORT) return;
  for (const kind of ["cor", "fatal", "nonfatal"]) {
    directory.readable(`aer_rootport_total_err_${kind}`, () => "0\n");
  }
}
