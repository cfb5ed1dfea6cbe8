import { pause } from '../deadline'
import { codeOf } from '../failure'
import type { Chunk, Segment, Spool } from '../spool'
import type { AgentSocket } from './socket'

/** Of the present, so that a server that is slow is not flooded; the spool holds the rest. */
const LIVE = { bytes: 256 * 1024, records: 500, inFlight: 2 * 1024 * 1024 }
/** Small, so that the present never waits long behind a piece of the past. */
const PAST = { bytes: 128 * 1024, records: 100, inFlight: 512 * 1024 }

interface Needs {
  spool: Spool
  socket: AgentSocket
  pastPerSecond: number
  signal: AbortSignal
}

/** Sends the spool over one connection: what comes now at once, and what an earlier connection left in between, slowly. */
export class Sender {
  #wake: (() => void)[] = []

  constructor(private readonly needs: Needs) {}

  /** @throws when the connection has ended */
  async run(): Promise<void> {
    const { spool, signal } = this.needs
    spool.onData = () => this.wake()
    signal.addEventListener('abort', () => this.wake(), { once: true })
    await Promise.all([this.#sendLive(), this.#sendPast()])
  }

  /** There is more to send, or room for it. */
  wake(): void {
    for (const each of this.#wake.splice(0)) each()
  }

  async #sendLive(): Promise<void> {
    const { spool, signal } = this.needs
    while (!signal.aborted) {
      const segment = spool.inFlight(false) < LIVE.inFlight ? spool.unsent(false) : undefined
      if (!segment) await this.#news()
      else await this.#send(segment, LIVE.records, LIVE.bytes)
    }
  }

  async #sendPast(): Promise<void> {
    const { spool, signal, pastPerSecond } = this.needs
    const records = Math.max(1, Math.min(PAST.records, Math.floor(pastPerSecond / 4)))
    while (!signal.aborted) {
      const segment = spool.inFlight(true) < PAST.inFlight ? spool.unsent(true) : undefined
      if (!segment) {
        await this.#news()
        continue
      }
      const startedAt = performance.now()
      const sent = await this.#send(segment, records, PAST.bytes)
      await pause((sent / pastPerSecond) * 1_000 - (performance.now() - startedAt), signal)
    }
  }

  #news(): Promise<void> {
    return new Promise(resolve => {
      if (this.needs.signal.aborted) return resolve()
      this.#wake.push(resolve)
    })
  }

  async #send(segment: Segment, recordsMax: number, bytesMax: number): Promise<number> {
    const chunk = await segment.next(recordsMax, bytesMax).catch(error => {
      // it was dropped to make room while it was read
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (!chunk) return 0
    await this.needs.socket.sendText(batch(segment, chunk))
    return chunk.count
  }
}

/** The records are JSON already. */
const batch = ({ id }: Segment, { first, bytes }: Chunk) =>
  `{"t":"batch","segment":"${id}","first":${first},"records":[${bytes.toString('utf8').replaceAll('\n', ',')}]}`
