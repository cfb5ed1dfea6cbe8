import type { AgentRecord } from '../../contract/agent-protocol'
import type { ContainerLineData } from '../../contract/containers'
import type { NewEntry } from '../../streams'
import type { Levels } from './level'

type LogRecord = Extract<AgentRecord, { t: 'log' }>
export type GapRecord = Extract<AgentRecord, { t: 'gap' }>

/** A stream files a line under the time it is stored if it was written longer ago than this. */
const FILED_MS = 55 * 60_000

/** The lines of a container as entries of its topic. */
export function lineEntries(record: LogRecord, levels: Levels, serverTime: (agentMs: number) => Date): NewEntry[] {
  return record.lines.map(({ at, stream, text, truncated }) => {
    const written = serverTime(at)
    const level = levels.of(`${record.container}/${stream}`, text)
    const data: ContainerLineData | undefined = isLate(written) ? { at: written.toISOString() } : undefined
    return {
      ...{ kind: 'log', at: written, level, source: stream, message: text },
      ...(truncated && { truncated }),
      ...(data && { data }),
    }
  })
}

const isLate = (written: Date) => Math.abs(Date.now() - written.getTime()) > FILED_MS

const REASONS: Record<string, string> = {
  spool_full: 'the disk space for unsent data was used up',
  rate_limit: 'too much was written at once',
  rotated: 'the engine had already deleted them',
  engine: 'the engine could not be read',
}

/** A line that says that lines are missing. */
export function gapEntry(gap: { from: Date; to: Date; dropped: number; reason: string }): NewEntry {
  const { from, to, dropped, reason } = gap
  const data: ContainerLineData = { gap: { from: from.toISOString(), to: to.toISOString(), dropped, reason } }
  const what = dropped ? `${dropped} lines` : 'Lines'
  const message = `${what} were left out: ${REASONS[reason] ?? reason}`
  return { kind: 'log', at: to, level: 'warn', source: 'tailrace', message, data }
}
