import { createJob, difference, expectCompleteLog, getLog, handlerMessages } from './jobs'
import { print, System } from './system'
import { overPoll, overSocket, overSse, Viewer } from './viewer'

const LINES = 20_000
const RECONNECTS = 50
const TRANSPORTS = [overSse, overSse, overSse, overSse, overSse, overSse, overSse, overSocket, overSocket, overPoll]

let system: System

beforeAll(async () => {
  system = await System.start()
})

afterAll(() => system.stop())

/** A small reproducible generator; failures print the seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

test(`${RECONNECTS} random reconnects between two web processes: every line arrives once, in order`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  const random = randomFrom(seed)
  const { id } = await createJob(system.web(0), { workers: 4, lines: LINES / 4, interval_ms: 1 })
  const topic = `job:${id}`
  const at = () => system.web(Math.floor(random() * 2))
  const steady = new Viewer({ topic, at: () => system.web(0) })
  let reconnects = 0

  const viewers = TRANSPORTS.map(transport => {
    const viewer = new Viewer({ topic, at, transport })
    void disconnectAtRandom(viewer)
    return viewer
  })

  async function disconnectAtRandom(viewer: Viewer) {
    const moments = Array.from({ length: RECONNECTS / TRANSPORTS.length }, () => Math.floor(random() * LINES * 0.95))
    for (const moment of moments.sort((a, b) => a - b)) {
      await viewer.until(() => viewer.lines.length >= moment)
      viewer.cut()
      reconnects++
    }
  }

  await Promise.all([steady, ...viewers].map(viewer => viewer.done))
  const logged = await getLog(system.web(1), id)
  expectCompleteLog(logged)
  expect(handlerMessages(logged, 1)).toHaveLength(LINES)
  expect(new Set(handlerMessages(logged, 1)).size).toBe(LINES)
  const found = [steady, ...viewers].map(viewer => difference(viewer.lines, logged))
  expect({ seed, found }).toEqual({ seed, found: found.map(() => undefined) })
  for (const viewer of viewers) expect(viewer.named('gap').length + viewer.named('reset').length).toBe(0)
  expect(reconnects).toBe(RECONNECTS)
  print(`connections: ${viewers.map(({ connections }) => connections).join(' ')}`)
})
