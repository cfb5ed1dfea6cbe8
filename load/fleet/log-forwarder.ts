import type { Life } from './clock'
import type { Flags } from './flags'
import type { Remote } from './remote'
import type { Tally } from './tally'

interface Settings {
  flags: Flags
  remote: Remote
  life: Life
  tally: Tally
}

interface Line {
  /** Its second and its number among all lines: `1788256800_10`. */
  key: string
  text: string
}

/** Lines of one type waiting to be sent, and when to send them. */
class Buffer {
  /** In the database's text order of the keys: within a second, the tenth line comes before the ninth. */
  lines: Line[] = []
  private failures = 0
  private backoffSeconds = 0

  constructor(readonly type: 'result' | 'status') {}

  get ready() {
    return this.backoffSeconds <= 0
  }

  add(line: Line) {
    const before = this.lines.findLastIndex(({ key }) => key < line.key)
    this.lines.splice(before + 1, 0, line)
  }

  settle(accepted: boolean, sent: ReadonlySet<Line>, flags: Flags) {
    if (accepted) {
      this.lines = this.lines.filter(line => !sent.has(line))
      this.failures = 0
      this.backoffSeconds = 0
    } else if (flags.logger_tls_backoff_max > 0) {
      const seconds = flags.logger_tls_period * (this.failures + 1) ** 2
      this.backoffSeconds = Math.min(seconds, flags.logger_tls_backoff_max)
      if (seconds <= flags.logger_tls_backoff_max) this.failures++
    }
  }

  tick(seconds: number) {
    if (this.backoffSeconds > 0) this.backoffSeconds -= seconds
  }
}

/** The thread that sends log lines (plugins/logger/buffered.cpp, tls_logger.cpp). Failures are not retried at once. */
export class LogForwarder {
  private readonly results = new Buffer('result')
  private readonly statuses = new Buffer('status')
  private added = 0

  constructor(private readonly settings: Settings) {}

  addResult(line: string) {
    this.add(this.results, line)
  }

  addStatus(line: string) {
    this.add(this.statuses, line)
  }

  private add(buffer: Buffer, text: string) {
    const { flags, life, tally } = this.settings
    buffer.add({ key: `${Math.floor(life.clock.nowMs() / 1_000)}_${++this.added}`, text })
    tally.dropped += buffer.lines.splice(0, buffer.lines.length - flags.buffered_log_max).length
  }

  async run() {
    const { life, flags } = this.settings
    while (!life.ended) {
      const resultCount = Math.min(this.results.lines.length, flags.logger_tls_max_lines)
      // of both together no more than this many are read, results first
      const statusCount = Math.min(this.statuses.lines.length, flags.logger_tls_max_lines - resultCount)
      await this.send(this.results, resultCount)
      await this.send(this.statuses, statusCount)
      const seconds = Math.max(1, flags.logger_tls_period)
      await life.sleep(seconds * 1_000)
      for (const buffer of [this.results, this.statuses]) buffer.tick(seconds)
    }
  }

  private async send(buffer: Buffer, count: number) {
    const { flags, life, remote, tally } = this.settings
    if (!count || !buffer.ready || life.ended) return
    const lines = buffer.lines.slice(0, count)
    const fields = `"data":[${lines.map(({ text }) => text).join(',')}],"log_type":"${buffer.type}"`
    const accepted = await remote.call('log', fields, { compress: flags.logger_tls_compress })
    if (accepted) tally.logLines += count
    buffer.settle(accepted !== undefined, new Set(lines), flags)
  }
}
