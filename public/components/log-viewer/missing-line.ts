import { counted, formatCount } from '../../../text/numbers'

/**
 * Why there is no such line.
 * @param first the first stored line; 0 without any
 * @param isTrimmed whether retention has deleted the start of the log
 */
export function missingLine(line: number, first: number, last: number, isTrimmed: boolean): string {
  const name = `Line ${formatCount(line)}`
  if (last === 0 && isTrimmed) return `${name} is no longer stored; the lines of this log were deleted.`
  if (last === 0) return `${name} does not exist; this log has no lines.`
  if (line > last && first > 1) return `${name} does not exist; this log ends at line ${formatCount(last)}.`
  if (line > last) return `${name} does not exist; this log has ${counted(last, 'line')}.`
  if (line < first) return `${name} is no longer stored; this log starts at line ${formatCount(first)}.`
  return `${name} is no longer stored.`
}
