import { Backoff } from '../../agent/backoff'
import { enroll } from '../../agent/connection'
import { FACTS, Place } from './place'

let place: Place

beforeEach(async () => {
  place = await Place.make()
})

afterEach(async () => {
  expect(place.server.faults).toEqual([])
  await place.end()
})

test('an outage loses no line and no sample, doubles none, and what comes meanwhile is not held up by the past', async () => {
  const { engine, server } = place
  server.welcome = { ...server.welcome, backfill_per_second: 40 }
  const web = engine.run('web')
  await place.agent()
  await server.until(() => server.of('containers').length > 1)
  const port = await server.down()
  const texts = Array.from({ length: 40 }, (_, index) => `line ${index}`)
  for (const text of texts) {
    engine.log(web, text)
    await new Promise(resolve => setTimeout(resolve, 60)) // so that each is a record of its own
  }
  await server.up(port)
  await server.until(() => server.hellos.length === 2)
  expect(server.hellos[1]?.backlog).toBeGreaterThan(20)
  engine.log(web, 'live')
  await server.until(() => server.lines('web').includes('live'))
  expect(server.lines('web').length).toBeLessThan(texts.length)
  await server.until(() => server.lines('web').length > texts.length)
  expect(server.lines('web').filter(text => text !== 'live')).toEqual(texts)
  expect(server.of('gap')).toEqual([])
})

test('what was sent but not acknowledged is sent again, and comes once', async () => {
  const { engine, server } = place
  const web = engine.run('web')
  await place.agent()
  await server.until(() => server.of('inventory').length > 0)
  server.isSilent = true
  engine.log(web, 'one')
  await server.until(() => server.heartbeats.some(({ backlog }) => backlog > 1))
  server.isSilent = false
  server.cut()
  await server.until(() => server.lines('web').length === 1)
  engine.log(web, 'two')
  await server.until(() => server.lines('web').length === 2)
  await server.until(() => server.done.length > 0)
})

test('a server that cannot prove itself gets nothing but the id', async () => {
  const { server } = place
  await place.identity()
  server.isImpostor = true
  await place.agent()
  await place.says('its proof is wrong')
  expect(server.hellos).toEqual([])
  expect(server.stored).toEqual([])
})

test('a refusal is said once, with its reason, and the agent comes back no earlier than it was told', async () => {
  const { server } = place
  server.refusal = { t: 'refused', code: 'revoked', message: 'This agent was deleted.', retry_after_ms: 0 }
  await place.agent()
  await place.says('The next attempt')
  expect(place.said).toEqual([
    'The server refused the agent (revoked): This agent was deleted.',
    expect.stringMatching(/^The next attempt is in 300 s/),
  ])
  expect(server.connects).toBe(1)
})

test('a token that the server does not accept ends the enrolment with its words', async () => {
  const { url } = place.server
  const signal = new AbortController().signal
  const attempt = enroll({ url, token: 'wrong', folder: place.folder, facts: FACTS, say: () => undefined, signal })
  await expect(attempt).rejects.toThrow('(401): The token is not valid.')
})

test('attempts grow apart up to a minute, each with jitter, and never come at once', () => {
  const most = new Backoff(1_000, 60_000, () => 0.999999)
  const least = new Backoff(1_000, 60_000, () => 0)
  const waits = Array.from({ length: 100 }, () => [least.next(), most.next()] as const)
  expect(waits.slice(0, 3)).toEqual([
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
  ])
  expect(waits.at(-1)).toEqual([30_000, 60_000])
})
