export function compile(
  name: string,
  sources: string[],
  flags?: string[],
  headers?: string[],
): { file: string; reason?: undefined } | { file?: undefined; reason: string };
