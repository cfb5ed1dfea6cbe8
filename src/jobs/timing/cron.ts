import { CronExpressionParser } from 'cron-parser'
import { messageOf } from '../../base/errors'
import { changeBetween, instantOf, offsetAt } from './zone'

/** No expression that comes due at all takes longer, unless it waits for a fifth Monday in February. */
const HORIZON_MS = 10 * 366 * 24 * 60 * 60_000
/** No change of clocks is larger. */
const CHANGE_MS_MAX = 3 * 60 * 60_000
/** Changes of clocks within the horizon, and more. */
const CHANGES_MAX = 100
const HOURS = 24
const FIELDS = /^(@[a-z]+|\S+(\s+\S+){4,5})$/i
/** `H` stands for a value that the parser would choose anew each time. */
const RANDOM = /(^|[\s,])H/i
/** Of seconds, minutes, hours, days, months and days of the week. A larger step is taken by the parser, and means nothing. */
const STEP_MAX = [59, 59, 23, 31, 12, 7]
const NO_SUCH_DAY = 'Invalid explicit day of month definition'
const NEVER = 'This cron expression never comes due.'

/**
 * What is wrong with a cron expression, in words.
 * @returns nothing when it is fine
 */
export function faultOfCron(cron: string, now: number): string | undefined {
  const text = cron.trim()
  if (text === '') return 'A cron expression must not be empty.'
  if (!FIELDS.test(text)) return 'This is not a cron expression: it has five fields, or six with seconds first.'
  if (RANDOM.test(text)) return 'This is not a cron expression: H is not supported.'
  const step = steppedOver(text)
  if (step) return `This is not a cron expression: a step of ${step} is too large.`
  try {
    return nextOfCron(text, 'UTC', now) === null ? NEVER : undefined
  } catch (error) {
    const message = messageOf(error)
    return message === NO_SUCH_DAY ? NEVER : `This is not a cron expression: ${message}.`
  }
}

/** The first step that leads out of its field. */
function steppedOver(cron: string): number | undefined {
  const fields = cron.split(/\s+/)
  const steps = fields.flatMap((field, i) => {
    const max = STEP_MAX[i + STEP_MAX.length - fields.length] ?? 0
    return [...field.matchAll(/\/(\d+)/g)].map(match => Number(match[1])).filter(step => step > max)
  })
  return steps[0]
}

/**
 * When a cron expression comes due next after an instant; null when it does not within ten years. Where clocks are put
 * back, one for certain hours comes due once, and one for every hour goes on by elapsed time. Where they are put
 * forward, what was due in the skipped time comes due that much later.
 *
 * The parser is asked in UTC only: in other zones it leaves out days whose midnight is skipped, such as in Chile.
 * @throws Error when it is not a cron expression
 */
export function nextOfCron(cron: string, zone: string, after: number): number | null {
  const isHourly = CronExpressionParser.parse(cron).fields.hour.values.length === HOURS
  return isHourly ? nextOfEveryHour(cron, zone, after) : nextOfCertainHours(cron, zone, after)
}

/** The times that clocks show when the expression comes due, one by one, as if they were UTC. */
function timesShown(cron: string, after: number): () => number | null {
  const endDate = new Date(after + HORIZON_MS)
  const expression = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(after), endDate })
  return () => {
    try {
      return expression.next().getTime()
    } catch {
      return null // the end date, or as many years as the parser looks through
    }
  }
}

function nextOfEveryHour(cron: string, zone: string, after: number): number | null {
  let from = after
  let offset = offsetAt(zone, after)
  for (let changes = 0; changes < CHANGES_MAX; changes++) {
    const shown = timesShown(cron, from + offset)()
    if (shown === null) return null
    const next = shown - offset
    const soon = Math.min(next, from + CHANGE_MS_MAX)
    const change = changeBetween(zone, offset, from, soon) ?? changeBetween(zone, offset, soon, next)
    if (change === null) return next
    from = change - 1
    offset = offsetAt(zone, change)
  }
  return null
}

function nextOfCertainHours(cron: string, zone: string, after: number): number | null {
  const offset = offsetAt(zone, after)
  // What was due in a time just skipped may still be to come.
  const skipped = Math.max(0, offset - offsetAt(zone, after - CHANGE_MS_MAX))
  const next = timesShown(cron, after + offset - skipped)
  let best: number | null = null
  for (let shown = next(); shown !== null; shown = next()) {
    const { instant, isSkipped } = instantOf(zone, shown)
    if (instant > after && (best === null || instant < best)) best = instant
    if (best !== null && !isSkipped) return best
  }
  return best
}
