import type { AgentRecord } from '../../src/contract/agent-protocol'
import type { Inspected } from '../engine'
import type { Line } from './lines'

/** As JSON: a control character takes six times as much as in the log. */
const CHARS_MAX = 400_000

/** Records of lines, each small enough to be sent. */
export function splitLog(container: Pick<Inspected, 'name' | 'id'>, lines: Line[]): AgentRecord[] {
  const record: AgentRecord = { t: 'log', container: container.name, id: container.id, lines }
  if (lines.length < 2 || JSON.stringify(record).length <= CHARS_MAX) return [record]
  const middle = Math.ceil(lines.length / 2)
  return [lines.slice(0, middle), lines.slice(middle)].flatMap(half => splitLog(container, half))
}
