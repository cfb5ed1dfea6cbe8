/** The largest configuration that an agent accepts (`kMaxConfigSize`); it rejects a larger one as a whole. */
const BYTES_MAX = 4 * 1024 * 1024
/** The same before osquery 5.23.1. */
export const BYTES_MAX_BEFORE = 1024 * 1024
const CHANGED_IN = [5, 23, 1]

/** Max levels of objects, arrays and values, counting the configuration itself (`kMaxConfigDepth`). */
const LEVELS_MAX = 32
/** Levels above a pack: the configuration and its "packs". */
const LEVELS_ABOVE = 2

/** @param version the agent's version, such as `5.23.1`; an unknown one counts as new */
export function configBytesMax(version: string): number {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  const parts = match?.slice(1).map(Number)
  if (!parts) return BYTES_MAX
  const differs = parts.findIndex((part, i) => part !== CHANGED_IN[i])
  return differs >= 0 && (parts[differs] ?? 0) < (CHANGED_IN[differs] ?? 0) ? BYTES_MAX_BEFORE : BYTES_MAX
}

/** Whether agents would reject a configuration because of this pack's content. */
export const isTooDeep = (content: unknown) => levelsOf(content) > PACK_LEVELS_MAX

/** Max levels of a pack's content. */
export const PACK_LEVELS_MAX = LEVELS_MAX - LEVELS_ABOVE

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce((max: number, each) => Math.max(max, levelsOf(each)), 0)
}
