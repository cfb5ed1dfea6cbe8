import { nowMs } from '../figures'
import { Fleet, type FleetSettings } from '../fleet/fleet'
import type { Tally } from '../fleet/tally'
import { measures } from './measures'
import { answer } from './questions'

/** A numeric counter of the tally. */
type Count = { [key in keyof Tally]: Tally[key] extends number ? key : never }[keyof Tally]

const POLL_MS = 5

let fleet: Fleet

/** Simulated hosts in a separate process. */
const questions = {
  start: (settings: FleetSettings) => {
    fleet = new Fleet(settings)
    fleet.start()
  },
  behave: (behavior: Parameters<Fleet['behave']>[0]) => fleet.behave(behavior),
  tally: () => ({ ...fleet.tally }),
  /** @returns when each count was reached, in ms */
  until: async ({ counts, withinMs }: { counts: Partial<Record<Count, number>>; withinMs: number }) => {
    const wanted = Object.entries(counts) as [Count, number][]
    const untilMs = nowMs() + withinMs
    while (wanted.some(([name, least]) => fleet.tally[name] < least)) {
      if (nowMs() > untilMs)
        throw new Error(`${JSON.stringify(counts)} were not reached: ${JSON.stringify(fleet.tally)}`)
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
    return nowMs()
  },
  end: () => fleet.stop(),
  ...measures,
}

export type FleetQuestions = typeof questions

answer(questions)
