import type { Query } from '../../src/contract/queries'
import { formatDuration } from '../../text/times'
import type { Terminal } from '../output/terminal'
import { countsText } from './query'

const EVERY_MS = 1_000
/** The same when stderr is not a terminal but probably a log. */
const LOGGED_EVERY_MS = 10_000

/** Shows the progress of a query: in place on a terminal, as occasional lines in a log. */
export class Progress {
  private latest: Query | undefined
  private logged = ''
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly terminal: Terminal) {}

  start(query: Query) {
    this.latest = query
    const isWatched = this.terminal.isWatched
    this.timer = setInterval(() => (isWatched ? this.draw() : this.log()), isWatched ? EVERY_MS : LOGGED_EVERY_MS)
    this.draw()
  }

  see(change: Partial<Query>) {
    if (!this.latest) return
    this.latest = { ...this.latest, ...change }
    this.draw()
  }

  stop() {
    clearInterval(this.timer)
    this.terminal.progress('')
  }

  private draw() {
    if (!this.latest) return
    const left = Date.parse(this.latest.deadline_at) - Date.now()
    const until = left > 0 ? `; ${formatDuration(Math.ceil(left / 1_000) * 1_000).replace('.0', '')} left` : ''
    this.terminal.progress(`${countsText(this.latest)}${until}`)
  }

  private log() {
    const text = this.latest ? countsText(this.latest) : ''
    if (text !== this.logged) this.terminal.note(text)
    this.logged = text
  }
}
