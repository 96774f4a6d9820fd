export function compile(
  name: string,
  sources: string[],
  flags?: string[],
): { file: string; reason?: undefined } | { file?: undefined; reason: string };
