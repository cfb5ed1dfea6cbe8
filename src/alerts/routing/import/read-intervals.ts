import type { YamlNode } from '../../../base/yaml-tree'
import type { TimeInterval } from '../../../contract/alert-routes'
import { faultsOfInterval } from '../interval-faults'
import { Fields } from './fields'
import { INTERVAL, NAMED_INTERVAL, TIME } from './known-fields'
import type { Report } from './report'

const LISTS = ['weekdays', 'days_of_month', 'months', 'years'] as const

/** Time intervals by name, from `time_intervals` and from the older `mute_time_intervals`. */
export function readIntervals(file: Fields, report: Report): Record<string, TimeInterval[]> {
  const found = new Map<string, TimeInterval[]>()
  for (const node of [...file.items('mute_time_intervals'), ...file.items('time_intervals')]) {
    const fields = new Fields(node, report, NAMED_INTERVAL)
    const name = fields.text('name')?.text ?? ''
    if (name === '') report.fault(node, 'This time interval has no name.')
    else if (found.has(name))
      report.fault(fields.placeOf('name'), `There are two time intervals ${JSON.stringify(name)}.`)
    const entries = fields.items('time_intervals').map(entry => readInterval(entry, report))
    found.set(name, entries)
  }
  return Object.fromEntries(found)
}

function readInterval(node: YamlNode, report: Report): TimeInterval {
  const fields = new Fields(node, report, INTERVAL)
  const interval: TimeInterval = {}
  if (fields.has('times')) interval.times = fields.items('times').map(time => readTime(time, report))
  for (const list of LISTS) if (fields.has(list)) interval[list] = fields.texts(list).map(({ text }) => text)
  const location = fields.text('location')
  if (location) interval.location = location.text
  for (const { path, message } of faultsOfInterval(interval, '')) report.fault(nodeAt(node, path), message)
  return interval
}

function readTime(node: YamlNode, report: Report) {
  const fields = new Fields(node, report, TIME)
  return { start_time: fields.text('start_time')?.text ?? '', end_time: fields.text('end_time')?.text ?? '' }
}

/** @param path of a fault: `.times.0` */
function nodeAt(node: YamlNode, path: string): YamlNode {
  let found = node
  for (const name of path.split('.').filter(Boolean)) {
    const next = found.kind === 'map' ? found.entries.get(name) : found.kind === 'list' && found.items[Number(name)]
    if (!next) return found
    found = next
  }
  return found
}
