import { type ContainerSample, isIdle } from './container'

/** As the server says in `welcome`. */
export interface Intervals {
  normalMs: number
  watchedMs: number
  idleMs: number
}

/** Idle samples in a row after which the interval doubles. */
const IDLE_SAMPLES = 6
/** Timers may fire a little early. */
const TOLERANCE_MS = 20

/**
 * When a container is sampled: slower while it is idle, fast while somebody watches. Times are multiples of the interval,
 * and a phase later: agents whose samples all came at the same time would keep viewers waiting.
 */
export class Pace {
  #idle = 0
  #factor = 1
  #dueAt = 0

  constructor(private readonly phaseMs: number) {}

  isDue(now: number): boolean {
    return now >= this.#dueAt - TOLERANCE_MS
  }

  /** Next after the sample that starts now, so that containers with the same interval are sampled together. */
  begin(now: number, { normalMs, watchedMs, idleMs }: Intervals, isWatched: boolean): void {
    const slow = Math.max(normalMs, Math.min(idleMs, normalMs * this.#factor))
    const interval = isWatched ? Math.min(watchedMs, normalMs) : slow
    const begun = Math.floor((now + TOLERANCE_MS - this.phaseMs) / interval)
    this.#dueAt = (begun + 1) * interval + this.phaseMs
  }

  saw(sample: ContainerSample): void {
    this.#idle = isIdle(sample) ? this.#idle + 1 : 0
    if (this.#idle === 0) this.#factor = 1
    else if (this.#idle % IDLE_SAMPLES === 0) this.#factor *= 2
  }

  rest(until: number): void {
    this.#dueAt = until
  }

  /** At once: somebody watches, or it has started. */
  hurry(): void {
    this.#dueAt = 0
  }
}
