import type { TimeInterval } from '../../src/contract/alert-routes'

/** A time interval as it is entered: lists are separated by commas. */
export type IntervalTexts = Record<keyof TimeInterval, string>

export const emptyInterval = (): IntervalTexts => textsOf({})

export function textsOf({ times, location = '', ...lists }: TimeInterval): IntervalTexts {
  const list = (name: keyof typeof lists) => lists[name]?.join(', ') ?? ''
  return {
    times: times?.map(({ start_time, end_time }) => `${start_time}-${end_time}`).join(', ') ?? '',
    weekdays: list('weekdays'),
    days_of_month: list('days_of_month'),
    months: list('months'),
    years: list('years'),
    location,
  }
}

/** The interval that was entered. @throws Error that names what is no period of time */
export function intervalOf(texts: IntervalTexts): TimeInterval {
  const times = listIn(texts.times).map(text => {
    const [start_time = '', end_time = '', ...more] = text.split('-').map(part => part.trim())
    if (start_time === '' || end_time === '' || more.length > 0)
      throw new Error(`“${text}” is no period of time. Write it like 09:00-17:00.`)
    return { start_time, end_time }
  })
  const lists = (['weekdays', 'days_of_month', 'months', 'years'] as const).flatMap(name => {
    const found = listIn(texts[name])
    return found.length > 0 ? [[name, found]] : []
  })
  const location = texts.location.trim()
  return { ...(times.length > 0 && { times }), ...Object.fromEntries(lists), ...(location !== '' && { location }) }
}

const listIn = (text: string) =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)

/** An interval in words: `09:00-17:00 on monday:friday (Europe/Berlin)`. */
export function intervalWords(interval: TimeInterval): string {
  const { times, weekdays, days_of_month, months, years, location } = textsOf(interval)
  const parts = [
    times || 'all day',
    weekdays && `on ${weekdays}`,
    days_of_month && `on days ${days_of_month} of the month`,
    months && `in ${months}`,
    years && `in ${years}`,
    `(${location || 'UTC'})`,
  ]
  return parts.filter(Boolean).join(' ')
}
