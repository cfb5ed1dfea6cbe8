import type { YamlNode } from '../../../base/yaml-tree'
import type { AlertRoute } from '../../../contract/alert-routes'
import { faultsOfGroupBy } from '../routing-faults'
import { Fields } from './fields'
import { ROUTE } from './known-fields'
import { readMatchers } from './read-matchers'
import type { Report } from './report'

/** A route of the file. Its receiver is a name in the file. */
export interface FileRoute {
  node: YamlNode
  route: Omit<AlertRoute, 'receiver' | 'routes'>
  receiver: string | undefined
  children: FileRoute[]
}

/** Names that the file defines. */
interface Names {
  receivers: ReadonlySet<string>
  intervals: ReadonlySet<string>
}

/** What Alertmanager knows no limits for. */
const SECONDS_MAX = 30 * 86_400
const SECOND_MS = 1_000
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export class RouteReader {
  constructor(
    private readonly names: Names,
    private readonly report: Report,
  ) {}

  readRoot(node: YamlNode): FileRoute {
    const root = this.read(node)
    if (root.receiver === undefined) this.report.fault(node, 'There must be a first route with a receiver.')
    const { matchers, mute_time_intervals, active_time_intervals } = root.route
    if (matchers.length) this.report.fault(node, 'The first route takes every alert: it cannot have matchers.')
    if (root.route.continue) this.report.fault(node, 'The first route has no siblings: it cannot continue.')
    if (mute_time_intervals.length || active_time_intervals.length)
      this.report.fault(node, 'The first route cannot have time intervals: give them to a route in it.')
    return root
  }

  private read(node: YamlNode): FileRoute {
    const fields = new Fields(node, this.report, ROUTE)
    const route = {
      matchers: readMatchers(fields, this.report),
      ...this.readTimes(fields),
      ...this.readGroupBy(fields),
      continue: fields.flag('continue') ?? false,
      mute_time_intervals: this.readNames(fields, 'mute_time_intervals'),
      active_time_intervals: this.readNames(fields, 'active_time_intervals'),
    }
    const children = fields.items('routes').map(child => this.read(child))
    return { node, route, receiver: this.readReceiver(fields), children }
  }

  private readReceiver(fields: Fields): string | undefined {
    const given = fields.text('receiver')
    if (!given || given.text === '') return undefined
    if (!this.names.receivers.has(given.text))
      this.report.fault(given, `There is no receiver ${JSON.stringify(given.text)} in the file.`)
    return given.text
  }

  private readTimes(fields: Fields) {
    const wait = this.seconds(fields, 'group_wait')
    const interval = this.seconds(fields, 'group_interval', 1)
    const repeat = this.seconds(fields, 'repeat_interval', 1)
    return {
      ...(wait !== undefined && { group_wait_seconds: wait }),
      ...(interval !== undefined && { group_interval_seconds: interval }),
      ...(repeat !== undefined && { repeat_interval_seconds: repeat }),
    }
  }

  private seconds(fields: Fields, name: string, min = 0): number | undefined {
    const ms = fields.duration(name)
    if (ms === undefined) return undefined
    const place = fields.placeOf(name)
    if (ms === 0 && min > 0) this.report.fault(place, `${name} cannot be zero.`)
    const seconds = Math.min(Math.max(Math.ceil(ms / SECOND_MS), min), SECONDS_MAX)
    if (seconds * SECOND_MS !== ms && ms > 0)
      this.report.adapted(place, `${name}: ${seconds} s`, 'Times are whole seconds, and at most 30 days.')
    return seconds
  }

  /** An empty list is one group for all. */
  private readGroupBy(fields: Fields): { group_by?: string[] } {
    if (!fields.has('group_by')) return {}
    const labels = fields.texts('group_by')
    for (const label of labels)
      if (label.text !== '...' && !LABEL.test(label.text))
        this.report.fault(label, `invalid label name ${JSON.stringify(label.text)}`)
    const names = labels.map(({ text }) => text)
    for (const { message } of faultsOfGroupBy(names, '')) this.report.fault(fields.placeOf('group_by'), message)
    return { group_by: names }
  }

  private readNames(fields: Fields, field: string): string[] {
    return fields.texts(field).map(given => {
      if (!this.names.intervals.has(given.text))
        this.report.fault(given, `There is no time interval ${JSON.stringify(given.text)} in the file.`)
      return given.text
    })
  }
}

/** The tree of a file with the receivers that its receivers have become. */
export const placeReceivers = (
  { route, receiver, children }: FileRoute,
  nameOf: ReadonlyMap<string, string | null>,
): AlertRoute => ({
  ...route,
  ...(receiver !== undefined && { receiver: nameOf.get(receiver) ?? null }),
  routes: children.map(child => placeReceivers(child, nameOf)),
})
