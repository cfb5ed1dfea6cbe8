import { setImmediate as yieldToOthers } from 'node:timers/promises'

/** How long a loop may keep the process from everything else. */
const TURN_MS = 5

/** For long loops: `await pace()` in each round lets others run once the turn is over. */
export function newPace(): () => Promise<void> | undefined {
  let started = performance.now()
  return () => {
    if (performance.now() - started < TURN_MS) return undefined
    return yieldToOthers().then(() => {
      started = performance.now()
    })
  }
}
