import { CronExpressionParser } from 'cron-parser'
import cronstrue from 'cronstrue'
import type { StoredTiming } from './timing'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** A timing for people: `Every 5 minutes`, `At 08:00, Monday through Friday`. */
export const wordsOf = ({ every_ms, cron }: Pick<StoredTiming, 'every_ms' | 'cron'>): string =>
  every_ms === null ? wordsOfCron(cron ?? '') : wordsOfInterval(every_ms)

function wordsOfInterval(ms: number): string {
  const [unit, size] = UNITS.find(each => ms % each[1] === 0) ?? ['millisecond', 1]
  const count = ms / size
  return count === 1 ? `Every ${unit}` : `Every ${count.toLocaleString('en')} ${unit}s`
}

function wordsOfCron(cron: string): string {
  try {
    // Aliases differ between the two packages.
    const fields = cron.startsWith('@') ? CronExpressionParser.parse(cron).stringify(true) : cron
    return cronstrue.toString(fields, { use24HourTimeFormat: true })
  } catch {
    return cron // valid, but nothing that this package has words for
  }
}
