/**
 * SQL that makes a host upload files. The agent takes the path after `=` literally, and expands wildcards only after
 * `LIKE` (osquery/tables/forensic/carves.cpp).
 */
export function carveSql(path: string): string {
  return `select * from carves where path ${isPattern(path) ? 'like' : '='} '${path.replaceAll("'", "''")}' and carve = 1`
}

export const isPattern = (path: string) => path.includes('%')

/** The two end-of-archive blocks. An archive with a file is larger. */
const EMPTY_TAR_BYTES = 1_024

/** Whether no file was found: the agent sends an empty archive then. */
export const isEmptyArchive = (size: number) => size === 0 || size === EMPTY_TAR_BYTES
