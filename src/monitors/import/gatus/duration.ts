const UNITS_MS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3 },
  ...{ ms: 1, s: 1_000, m: 60_000, h: 3_600_000 },
}
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/gy

/** A duration as Go writes it (`time.ParseDuration`), such as `90s` or `1h30m`, in ms; undefined if it is none. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(PART)]
  if (!parts.length || parts.map(([part]) => part).join('') !== text) return undefined
  return parts.reduce((sum, [, number = '', unit = '']) => sum + Number(number) * (UNITS_MS[unit] ?? 0), 0)
}
