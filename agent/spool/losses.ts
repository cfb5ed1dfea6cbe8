import type { AgentRecord } from '../../src/contract/agent-protocol'
import type { Loss } from './gaps'

/** What is lost with a record: samples, or lines by the time they were written. */
export function lossesIn(record: AgentRecord, reason: Loss['reason']): Loss[] {
  if (record.t === 'log')
    return record.lines.map(({ at }) => ({ what: 'logs', container: record.container, reason, at }))
  if (record.t === 'host') return [{ what: 'metrics', container: null, reason, at: record.at }]
  if (record.t === 'containers')
    return [{ what: 'metrics', container: null, reason, at: record.at, dropped: Object.keys(record.samples).length }]
  if (record.t !== 'gap') return []
  const { what, container, from, to, dropped } = record
  return [from, to].map((at, index) => ({
    what,
    container,
    reason: record.reason,
    at,
    dropped: index === 0 ? dropped : 0,
  }))
}
