import type { Fault } from '../../base/errors'
import { messageOf } from '../../base/errors'
import type { TimeInterval } from '../../contract/alert-routes'
import { isTimeZone } from '../../jobs'
import { daysOfMonth, minutes, months, weekdays, years } from './calendar-range'

/**
 * What is wrong with an entry of a time interval.
 * @param where its path: `body.time_intervals.nights.0`
 */
export function faultsOfInterval(given: TimeInterval, where: string): Fault[] {
  return [
    ...faultsOfList(given.times, minutes, `${where}.times`),
    ...faultsOfList(given.weekdays, weekdays, `${where}.weekdays`),
    ...faultsOfList(given.days_of_month, daysOfMonth, `${where}.days_of_month`),
    ...faultsOfList(given.months, months, `${where}.months`),
    ...faultsOfList(given.years, years, `${where}.years`),
    ...faultsOfLocation(given.location, `${where}.location`),
  ]
}

function faultsOfList<Entry>(entries: Entry[] | undefined, read: (entry: Entry) => unknown, where: string): Fault[] {
  if (entries?.length === 0)
    return [{ path: where, message: 'This list is empty: leave it out if it does not matter.' }]
  return (entries ?? []).flatMap((entry, i) => {
    try {
      read(entry)
      return []
    } catch (error) {
      return [{ path: `${where}.${i}`, message: messageOf(error) }]
    }
  })
}

const faultsOfLocation = (location: string | undefined, path: string): Fault[] =>
  location === undefined || isTimeZone(location)
    ? []
    : [{ path, message: `There is no time zone ${JSON.stringify(location)}: use one such as "Europe/Berlin".` }]
