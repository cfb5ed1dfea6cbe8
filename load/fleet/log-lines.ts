import type { Row } from '../../src/fleet/agent'
import type { LogShape } from './behavior'
import type { Flags } from './flags'
import type { Host } from './host'
import { calendarTime } from './tables/machine'

/** The outcome of a run of a scheduled query. */
export interface Finding {
  name: string
  nowMs: number
  counter: number
  decorations: Row | undefined
  snapshot?: readonly Row[]
  added: readonly Row[]
  removed: readonly Row[]
}

/** The lines of a finding, in the shape set by the flags or the agent (osquery/core/sql/query_data). */
export function resultLines(finding: Finding, host: Host, flags: Flags, shape: LogShape): string[] {
  const events = shape === 'configured' ? flags.logger_event_type : shape !== 'batch'
  const snapshotEvents = shape === 'configured' ? flags.logger_snapshot_event_type : shape === 'snapshot-event'
  const { snapshot, added, removed } = finding
  const line = (rest: string) => `{${headOf(finding, host, flags)},${rest}}`
  const row = (columns: Row) => rowText(columns, flags.logger_numerics)
  const rows = (all: readonly Row[]) => `[${all.map(row).join(',')}]`
  const event = (action: string) => (columns: Row) => line(`"columns":${row(columns)},"action":"${action}"`)
  if (snapshot && snapshotEvents) return snapshot.map(event('snapshot'))
  if (snapshot) return [line(`"snapshot":${rows(snapshot)},"action":"snapshot"`)]
  if (!added.length && !removed.length) return []
  if (events) return [...removed.map(event('removed')), ...added.map(event('added'))]
  return [line(`"diffResults":{"removed":${rows(removed)},"added":${rows(added)}}`)]
}

function headOf({ name, nowMs, counter, decorations }: Finding, host: Host, flags: Flags): string {
  const head = {
    ...{
      name,
      hostIdentifier: host.identifier,
      calendarTime: calendarTime(nowMs),
      unixTime: Math.floor(nowMs / 1_000),
    },
    ...{ epoch: flags.schedule_epoch, counter, numerics: flags.logger_numerics },
    ...(flags.decorations_top_level ? decorations : decorations && { decorations }),
  }
  return JSON.stringify(head).slice(1, -1)
}

/** Keeps all digits of integers: 64 bits do not fit in a JavaScript number. */
const rowText = (row: Row, numerics: boolean) =>
  numerics ? JSON.stringify(row).replace(/"(-?(?:0|[1-9]\d{0,18}))"(?=[,}])/g, '$1') : JSON.stringify(row)

/** A line of osqueryd's own log. @param severity 0 info, 1 warning, 2 error */
export function statusLine(host: Host, nowMs: number, severity: number, message: string): string {
  return JSON.stringify({
    ...{ hostIdentifier: host.identifier, calendarTime: calendarTime(nowMs), unixTime: Math.floor(nowMs / 1_000) },
    ...{ severity, filename: severity ? 'distributed.cpp' : 'init.cpp', line: severity ? 157 : 380 },
    ...{ message, version: host.osqueryVersion },
  })
}
