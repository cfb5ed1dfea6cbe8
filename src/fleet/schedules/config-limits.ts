/** What an agent takes as its whole configuration (`kMaxConfigSize`); of a larger one it keeps nothing at all. */
const BYTES_MAX = 4 * 1024 * 1024
/** The same before osquery 5.23.1. */
export const BYTES_MAX_BEFORE = 1024 * 1024
const CHANGED_IN = [5, 23, 1]

/** Levels of objects, arrays and values, the whole configuration being the first (`kMaxConfigDepth`). */
const LEVELS_MAX = 32
/** Above a pack: the configuration, and "packs" in it. */
const LEVELS_ABOVE = 2

/** @param version of the agent, `5.23.1`; one that is not known is taken for a new one */
export function configBytesMax(version: string): number {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  const parts = found?.slice(1).map(Number)
  if (!parts) return BYTES_MAX
  const differs = parts.findIndex((part, i) => part !== CHANGED_IN[i])
  return differs >= 0 && (parts[differs] ?? 0) < (CHANGED_IN[differs] ?? 0) ? BYTES_MAX_BEFORE : BYTES_MAX
}

/** Whether agents would reject a configuration because of this pack's content. */
export const isTooDeep = (content: unknown) => levelsOf(content) > PACK_LEVELS_MAX

/** Of a pack's content: objects and arrays in one another, and the values in them. */
export const PACK_LEVELS_MAX = LEVELS_MAX - LEVELS_ABOVE

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce((most: number, each) => Math.max(most, levelsOf(each)), 0)
}
