import { setTimeout as delay } from 'node:timers/promises'
import { type DemoStep, demo, handle, type Run } from '../src/jobs'

/** Without an interval, yields to the event loop after this many lines: streams, heartbeats and the signal need it. */
const LINES_PER_TICK = 200

export default handle(demo, async (run, { steps }) => {
  const total = steps.reduce((sum, { workers, lines }) => sum + workers * lines, 0)
  let done = 0
  const count = () => {
    done++
    if (done % LINES_PER_TICK === 0 || done === total)
      run.progress({ lines: done, total, percent: percent(done, total) })
  }
  for (const step of steps) await run.step(step.name, () => perform(run, step, count))
  return { lines: done }
})

const percent = (done: number, total: number) => Math.floor((100 * done) / total)

async function perform(run: Run, step: DemoStep, count: () => void) {
  await spawnChildren(run, step)
  const working = Array.from({ length: step.workers }, (_, i) => work(run, step, i + 1, count))
  const failed = (await Promise.allSettled(working)).find(result => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function spawnChildren(run: Run, step: DemoStep) {
  if (step.child_depth === 0) return
  const below = { ...step, child_depth: step.child_depth - 1 }
  for (let i = 0; i < step.children; i++) await run.spawn(demo, { steps: [below] })
}

async function work(run: Run, step: DemoStep, worker: number, count: () => void) {
  const failsAfter = Math.random() < step.fail_rate ? Math.floor(step.lines / 2) : Number.POSITIVE_INFINITY
  for (let line = 1; line <= step.lines; line++) {
    await pause(run, step, line)
    if (line > failsAfter)
      throw new Error(`Worker ${worker} of ${step.name} failed as asked, after ${failsAfter} lines`)
    await run.log.info(lineOf(step, worker, line))
    count()
  }
  if (failsAfter >= step.lines && failsAfter !== Number.POSITIVE_INFINITY)
    throw new Error(`Worker ${worker} of ${step.name} failed as asked`)
}

async function pause(run: Run, { interval_ms }: DemoStep, line: number) {
  if (interval_ms > 0) return delay(interval_ms, undefined, { signal: run.signal })
  if (line % LINES_PER_TICK === 0) await new Promise(setImmediate)
  run.signal.throwIfAborted()
}

function lineOf({ name, lines, line_bytes }: DemoStep, worker: number, line: number): string {
  const text = `${name} worker ${worker} line ${line} of ${lines}`
  return line_bytes === undefined ? text : text.padEnd(line_bytes, '.').slice(0, line_bytes)
}
