import { Counter, type Registry } from '../../base/metrics'
import type { NewEntry, Streams } from '../../streams'
import type { Agent, LogBatch, LoggedLine } from '../agent'
import { ByteLimiter } from './byte-limiter'
import { type EncodedLine, encodeLine } from './encode'
import { hostLogTopic, logEffect } from './log-effect'
import { deliveryOf } from './marks'

/** How much of a delivery is stored per transaction. Other writes of this process wait for it. */
const CHUNK_BYTES_MAX = 512 * 1024
const CHUNK_LINES_MAX = 1_000
/** Limit for all deliveries together: after an outage every agent sends what it has buffered. */
const CONCURRENT_BYTES_MAX = 4 * 1024 * 1024
/** Less than the 16 s after which osqueryd sends a delivery again. */
const TIMEOUT_MS = 12_000

/** Stores the lines that agents log. */
export class LogIntake {
  private readonly limiter = new ByteLimiter(CONCURRENT_BYTES_MAX, TIMEOUT_MS)
  private readonly lines: Counter<'type' | 'outcome'>

  constructor(
    private readonly streams: Pick<Streams, 'commit' | 'write'>,
    metrics: Registry,
  ) {
    this.lines = new Counter({
      name: 'tailrace_host_log_lines_total',
      help: 'Log lines from agents: stored, repeated, or dropped because they were invalid.',
      labelNames: ['type', 'outcome'],
      registers: [metrics],
    })
  }

  /**
   * Stores a delivery in chunks, each line only once. If it fails midway, stored lines are recognized next time.
   * @throws Error if not all of it is durable
   */
  async take({ tenantId, hostId }: Agent, { type, lines, dropped }: LogBatch): Promise<void> {
    this.lines.inc({ type, outcome: 'dropped' }, dropped)
    const delivery = deliveryOf(lines)
    const notices = dropped > 0 ? [droppedNotice(type, dropped)] : []
    if (lines.length === 0) await this.streams.write(hostLogTopic({ tenantId, hostId }), notices)
    for (const { from, encoded, bytes, isLast } of chunksOf(lines)) {
      const chunk = { tenantId, hostId, type, delivery, from, lines: encoded, notices: isLast ? notices : [] }
      const result = await this.limiter.run(bytes, () => this.streams.commit(logEffect, chunk))
      const stored = result?.stored ?? 0
      this.lines.inc({ type, outcome: 'stored' }, stored)
      this.lines.inc({ type, outcome: 'repeated' }, encoded.length - stored)
    }
  }
}

interface Chunk {
  from: number
  encoded: EncodedLine[]
  bytes: number
  isLast: boolean
}

/** Encodes lazily, so that a delivery of many MB is not held twice. */
function* chunksOf(lines: readonly LoggedLine[]): Generator<Chunk> {
  let encoded: EncodedLine[] = []
  let bytes = 0
  for (const [index, line] of lines.entries()) {
    const next = encodeLine(line)
    encoded.push(next)
    bytes += next.bytes
    const isLast = index === lines.length - 1
    if (!isLast && bytes < CHUNK_BYTES_MAX && encoded.length < CHUNK_LINES_MAX) continue
    yield { from: index + 1 - encoded.length, encoded, bytes, isLast }
    encoded = []
    bytes = 0
  }
}

const droppedNotice = (type: LogBatch['type'], dropped: number): NewEntry => ({
  kind: 'log',
  level: 'warn',
  source: 'tailrace',
  message: `${dropped} ${type === 'result' ? 'results of scheduled queries' : 'lines'} were dropped: they were invalid, or the delivery was too large`,
  data: { type, dropped },
})
