// Goal: which kernel a command runs on is never a silent choice, and a wrong name is a usage error.

import { describe, expect, it } from "vitest";
import { kernelChoice } from "../../src/cli/kernel/choice.js";
import { UsageError } from "../../src/cli/usage-error.js";

describe("the choice of a kernel", () => {
  it("is this machine's unless something else is said", () => {
    expect(kernelChoice(undefined, undefined)).toEqual({ kind: "host" });
    expect(kernelChoice(undefined, "")).toEqual({ kind: "host" });
  });

  it("is the environment's, and the option's before that", () => {
    expect(kernelChoice(undefined, "simulated")).toEqual({ kind: "simulated", profile: "6.1" });
    expect(kernelChoice("host", "simulated")).toEqual({ kind: "host" });
    expect(kernelChoice("simulated:6.12", "host")).toEqual({ kind: "simulated", profile: "6.12" });
  });

  it.each(["Host", "simulated:", "simulated:9.9", "simulated:6.1:x", "host:6.1", "toString"])(
    "refuses '%s', and says from where it came",
    (name) => {
      expect(() => kernelChoice(name, undefined)).toThrow(UsageError);
      expect(() => kernelChoice(name, undefined)).toThrow(/^--kernel: /);
      expect(() => kernelChoice(undefined, name)).toThrow(/^VFIO_KERNEL: /);
    },
  );
});
