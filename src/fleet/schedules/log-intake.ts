import { Counter, type Registry } from '../../base/metrics'
import type { NewEntry, Streams } from '../../streams'
import type { Agent, LogBatch, LoggedLine } from '../agent'
import { ByteLimiter } from './byte-limiter'
import { type EncodedLine, encodeLine } from './encode'
import { hostLogTopic, logEffect } from './log-effect'
import { deliveryOf } from './marks'

/** So much of a delivery is stored in one transaction, for which other writes of this process wait. */
const PIECE_BYTES_MAX = 512 * 1024
const PIECE_LINES_MAX = 1_000
/** Of all deliveries together: after an outage every agent sends what it has buffered. */
const CONCURRENT_BYTES_MAX = 4 * 1024 * 1024
/** osqueryd waits 16 s for a reply, then sends the delivery again. */
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
      help: 'Lines that agents delivered: stored, repeated, or dropped because they were not understood.',
      labelNames: ['type', 'outcome'],
      registers: [metrics],
    })
  }

  /**
   * Stores a delivery piece by piece, each line once. When it fails half-way, lines that were stored are recognised next time.
   * @throws Error when not all of it is durable
   */
  async take({ tenantId, hostId }: Agent, { type, lines, dropped }: LogBatch): Promise<void> {
    this.lines.inc({ type, outcome: 'dropped' }, dropped)
    const delivery = deliveryOf(lines)
    const notices = dropped > 0 ? [droppedNotice(type, dropped)] : []
    if (lines.length === 0) await this.streams.write(hostLogTopic({ tenantId, hostId }), notices)
    for (const { from, encoded, bytes, isLast } of piecesOf(lines)) {
      const piece = { tenantId, hostId, type, delivery, from, lines: encoded, notices: isLast ? notices : [] }
      const result = await this.limiter.run(bytes, () => this.streams.commit(logEffect, piece))
      const stored = result?.stored ?? 0
      this.lines.inc({ type, outcome: 'stored' }, stored)
      this.lines.inc({ type, outcome: 'repeated' }, encoded.length - stored)
    }
  }
}

interface Piece {
  from: number
  encoded: EncodedLine[]
  bytes: number
  isLast: boolean
}

/** Encodes on the way, so that a delivery of many MB is not held twice. */
function* piecesOf(lines: readonly LoggedLine[]): Generator<Piece> {
  let encoded: EncodedLine[] = []
  let bytes = 0
  for (const [place, line] of lines.entries()) {
    const next = encodeLine(line)
    encoded.push(next)
    bytes += next.bytes
    const isLast = place === lines.length - 1
    if (!isLast && bytes < PIECE_BYTES_MAX && encoded.length < PIECE_LINES_MAX) continue
    yield { from: place + 1 - encoded.length, encoded, bytes, isLast }
    encoded = []
    bytes = 0
  }
}

const droppedNotice = (type: LogBatch['type'], dropped: number): NewEntry => ({
  kind: 'log',
  level: 'warn',
  source: 'tailrace',
  message: `${dropped} ${type === 'result' ? 'results of scheduled queries' : 'lines'} could not be taken: not understood, or too large a delivery`,
  data: { type, dropped },
})
