import type { AgentRecord } from '../../contract/agent-protocol'

type LogRecord = Extract<AgentRecord, { t: 'log' }>

interface Bucket {
  lines: number
  filledAt: number
}

/** Seconds' worth of lines that may come at once: what agents had to keep comes in bursts. */
const BURST_SECONDS = 10
const LIVE_MS = 30_000

/** Bounds how many lines per second the containers of a tenant write through this process. What is beyond is left out, and said. */
export class LineLimit {
  private readonly buckets = new Map<string, Bucket>()

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {}

  /**
   * Lines that were kept while there was no connection do not count: agents send them slowly, and none of them may be lost.
   * @param agentNowMs the agent's clock
   * @returns the records that may be stored: as many, so that their numbers stay right
   */
  apply(tenantId: string, records: readonly (AgentRecord | null)[], agentNowMs: number): (AgentRecord | null)[] {
    const isLive = ({ lines }: LogRecord) => (lines.at(-1)?.at ?? 0) > agentNowMs - LIVE_MS
    return records.map(record => (record?.t === 'log' && isLive(record) ? this.cut(tenantId, record) : record))
  }

  private cut(tenantId: string, record: LogRecord): AgentRecord {
    const bucket = this.bucketOf(tenantId)
    const { lines } = record
    if (bucket.lines >= lines.length) {
      bucket.lines -= lines.length
      return record
    }
    bucket.lines = 0
    const [first, last] = [lines[0], lines.at(-1)]
    const span = { from: first?.at ?? 0, to: last?.at ?? 0 }
    return {
      ...{ t: 'gap', at: span.to, ...span, what: 'logs', container: record.container, dropped: lines.length },
      reason: 'rate_limit',
    }
  }

  private bucketOf(tenantId: string): Bucket {
    const max = this.perSecond * BURST_SECONDS
    const now = this.now()
    const bucket = this.buckets.get(tenantId) ?? { lines: max, filledAt: now }
    bucket.lines = Math.min(max, bucket.lines + ((now - bucket.filledAt) / 1_000) * this.perSecond)
    bucket.filledAt = now
    this.buckets.set(tenantId, bucket)
    return bucket
  }
}
