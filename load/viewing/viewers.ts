import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../figures'
import { Subscriber, type Target } from './subscriber'
import { type Look, Sight, Tally } from './tally'

/** The expected lines of a demo job with one step and one worker. */
interface Expected {
  step: string
  lines: number
}

export interface OpenArgs {
  /** Viewers are distributed over them, and reconnect to any of them. */
  targets: Target[]
  count: number
  look: Look
  expected?: Expected
}

interface Viewer {
  sight: Sight
  subscriber: Subscriber
  alive: boolean
}

const RECONNECT_MS_MAX = 200
/** How often a viewer comes back after a busy server has told it when to. */
const REFUSALS_MAX = 3
/** Reading every timestamp would cost more than serving the lines, so only every tenth viewer does. */
const TIMED_EACH = 10

/** Many viewers in one process, separate from the event loop of the server. */
export class Viewers {
  private viewers: Viewer[] = []
  private tally = new Tally()
  private changed: () => void = () => undefined
  private args: OpenArgs | undefined
  reconnects = 0
  /** Answers of a busy server that said when to come back. */
  refusals = 0

  /** Resolves once all are connected. */
  async open(args: OpenArgs): Promise<number> {
    this.args = args
    const startedMs = nowMs()
    const opened: Promise<void>[] = []
    for (let i = 0; i < args.count; i++) {
      const look = args.look === 'time' && i % TIMED_EACH ? 'count' : args.look
      const sight = new Sight(this.tally, look, args.expected && textOf(args.expected))
      const viewer = { sight, alive: true } as Viewer
      this.viewers.push(viewer)
      opened.push(this.connect(viewer, args, i))
    }
    await Promise.all(opened)
    return nowMs() - startedMs
  }

  /** Comes back as often as a busy server asks for it, as real clients do. */
  private async connect(viewer: Viewer, args: OpenArgs, choice: number): Promise<void> {
    for (let refusals = 0; ; refusals++) {
      const retryMs = await this.attempt(viewer, args, choice, refusals < REFUSALS_MAX)
      if (retryMs === undefined) return
      this.refusals++
      await delay(retryMs)
    }
  }

  /** @returns undefined once connected, or after how many ms to try again */
  private attempt(viewer: Viewer, { targets }: OpenArgs, choice: number, mayReturn: boolean) {
    const target = targets[choice % targets.length] as Target
    viewer.alive = true
    return new Promise<number | undefined>((resolve, reject) => {
      viewer.subscriber = new Subscriber(target, viewer.sight, this.tally, {
        onOpen: () => resolve(undefined),
        onLines: () => this.changed(),
        onClose: (status, retryAfterMs) => {
          viewer.alive = false
          if (retryAfterMs !== undefined && mayReturn) return resolve(retryAfterMs)
          if (status === 204) viewer.sight.ended = true // it reconnected after the end of the topic
          if (status !== 200 && status !== 204 && status !== 0) this.tally.fault(`answered with ${status}`)
          reject(new Error(`A viewer of ${target.path} was refused with ${status}`))
          this.changed()
        },
      })
    })
  }

  /** Resolves once each viewer has this many lines, or nothing has arrived for `quietMs`. */
  until({ lines, quietMs }: { lines: number; quietMs: number }) {
    return this.when(() => this.viewers.every(({ sight }) => sight.lines >= lines), quietMs)
  }

  /** Resolves once each viewer has received the end of its topic. */
  untilEnded({ quietMs }: { quietMs: number }) {
    return this.when(() => this.viewers.every(({ sight }) => sight.ended), quietMs)
  }

  private when(done: () => boolean, quietMs: number) {
    return new Promise<ReturnType<Viewers['summary']>>(resolve => {
      let asked = false
      const finish = () => {
        clearTimeout(timer)
        this.changed = () => undefined
        resolve(this.summary())
      }
      const timer = setTimeout(() => {
        this.tally.fault(`nothing arrived for ${quietMs} ms`)
        finish()
      }, quietMs)
      this.changed = () => {
        timer.refresh()
        if (asked) return
        // checking all viewers on each event of each viewer would dominate the cost
        asked = true
        setImmediate(() => {
          asked = false
          if (done()) finish()
        })
      }
      this.changed()
    })
  }

  /** Cuts random connections, one after the other; each resumes after a random time. */
  async killRandomly({ kills, everyMs }: { kills: number; everyMs: number }): Promise<number> {
    for (let i = 0; i < kills; i++) {
      await new Promise(resolve => setTimeout(resolve, Math.random() * 2 * everyMs))
      const able = this.viewers.filter(viewer => viewer.alive && !viewer.sight.ended)
      const viewer = able[Math.floor(Math.random() * able.length)]
      if (!viewer) break
      viewer.subscriber.kill()
      viewer.alive = false
      this.reconnects++
      setTimeout(() => void this.comeBack(viewer), Math.random() * RECONNECT_MS_MAX)
    }
    return this.reconnects
  }

  private async comeBack(viewer: Viewer) {
    if (!this.args) return
    await this.connect(viewer, this.args, Math.floor(Math.random() * 1_000)).catch(() => {
      // cut again before it was connected, or the topic has ended in the meantime
    })
  }

  /** Restarts counting. */
  restart() {
    const { faultCount, faults } = this.tally
    Object.assign(this.tally, new Tally(), { faultCount, faults })
    for (const { sight } of this.viewers) sight.lines = 0
  }

  summary() {
    return {
      ...this.tally.summary(),
      reconnects: this.reconnects,
      refusals: this.refusals,
      leastLines: this.leastLines(),
    }
  }

  private leastLines() {
    return this.viewers.reduce((least, { sight }) => Math.min(least, sight.lines), Number.POSITIVE_INFINITY)
  }

  close() {
    for (const { subscriber } of this.viewers.splice(0)) subscriber.kill()
  }
}

const textOf =
  ({ step, lines }: Expected) =>
  (line: number) =>
    `${step} worker 1 line ${line} of ${lines}`
