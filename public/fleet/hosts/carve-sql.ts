/**
 * SQL that asks a host for files. The agent takes what stands behind `=` as it is, and expands wildcards behind `LIKE`
 * only (osquery/tables/forensic/carves.cpp).
 */
export function carveSql(path: string): string {
  return `select * from carves where path ${isPattern(path) ? 'like' : '='} '${path.replaceAll("'", "''")}' and carve = 1`
}

export const isPattern = (path: string) => path.includes('%')

/** The two blocks at the end of a tar; an archive with a file in it is larger. */
const EMPTY_TAR_BYTES = 1_024

/** Whether no file was found: the agent packs and sends nothing all the same. */
export const isEmptyArchive = (size: number) => size === 0 || size === EMPTY_TAR_BYTES
