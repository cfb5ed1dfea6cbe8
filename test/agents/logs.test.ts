import type { StubContainer } from '../../load/agents/stub-shapes'
import { Place } from './place'

let place: Place

async function begin(kind: 'docker' | 'podman' = 'docker') {
  place = await Place.make(kind)
  return place
}

afterEach(async () => {
  expect(place.server.faults).toEqual([])
  await place.end()
})

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `line ${from + index}`)

function logAll(container: StubContainer, texts: string[]): void {
  for (const text of texts) place.engine.log(container, text)
}

test.each(['docker', 'podman'] as const)('lines of %s survive broken streams, one each, in order', async kind => {
  const { engine, server } = await begin(kind)
  const web = engine.run('web')
  engine.chunkBytes = 7
  await place.agent()
  await server.until(() => server.of('inventory').some(({ containers }) => containers.length > 0))
  for (let round = 0; round < 3; round++) {
    logAll(web, numbered(round * 50, round * 50 + 30))
    await server.until(() => server.lines('web').length >= round * 50 + 30)
    engine.breakStreams()
    logAll(web, numbered(round * 50 + 30, round * 50 + 50))
    await server.until(() => server.lines('web').length >= round * 50 + 50)
  }
  expect(server.lines('web')).toEqual(numbered(0, 150))
})

test('a terminal of Podman, whose stream has no type', async () => {
  const { engine, server } = await begin('podman')
  const web = engine.run('web', { tty: true })
  engine.chunkBytes = 3
  logAll(web, ['ü one', 'two'])
  await place.agent()
  await server.until(() => server.lines('web').length === 2)
  expect(server.lines('web')).toEqual(['ü one', 'two'])
})

test('lines come once over restarts of the agent, and those of its absence are not lost', async () => {
  const { engine, server } = await begin()
  const web = engine.run('web')
  await place.agent()
  logAll(web, numbered(0, 10))
  await server.until(() => server.lines('web').length === 10)
  await place.stop()
  logAll(web, numbered(10, 20))
  const job = engine.run('job')
  logAll(job, numbered(0, 3))
  engine.end(job, 0)
  await place.agent()
  await server.until(() => server.lines('web').length >= 20 && server.lines('job').length >= 3)
  logAll(web, numbered(20, 21))
  await server.until(() => server.lines('web').length >= 21)
  expect(server.lines('web')).toEqual(numbered(0, 21))
  expect(server.lines('job')).toEqual(numbered(0, 3))
})

test('a container that is created again under its name goes on, as another generation', async () => {
  const { engine, server } = await begin()
  const old = engine.run('web')
  await place.agent()
  logAll(old, ['old'])
  await server.until(() => server.lines('web').length === 1)
  engine.end(old, 0)
  engine.remove(old)
  const next = engine.run('web')
  logAll(next, ['new'])
  await server.until(() => server.lines('web').length === 2)
  expect(server.of('log').map(({ id, lines }) => [id, lines[0]?.text])).toEqual([
    [old.id, 'old'],
    [next.id, 'new'],
  ])
})

test('a container that floods is limited, and what is left out is counted', async () => {
  const { engine, server } = await begin()
  server.welcome = { ...server.welcome, log_lines_per_second: 10 }
  const web = engine.run('web')
  const other = engine.run('other')
  await place.agent()
  await server.until(() => server.of('inventory').some(({ containers }) => containers.length === 2))
  logAll(web, numbered(0, 1_000))
  logAll(other, ['not affected'])
  const dropped = () => server.of('gap').reduce((total, gap) => total + gap.dropped, 0)
  await server.until(() => server.lines('web').length + dropped() >= 1_000 && server.lines('other').length === 1)
  expect(server.lines('web').length + dropped()).toBe(1_000)
  expect(dropped()).toBeGreaterThan(800)
  expect(server.of('gap')[0]).toMatchObject({ what: 'logs', container: 'web', reason: 'rate_limit' })
})

test('much at once arrives complete', async () => {
  const { engine, server } = await begin()
  const web = engine.run('web')
  logAll(web, ['first'])
  await place.agent()
  await server.until(() => server.lines('web').length === 1)
  const long = Array.from({ length: 50 }, (_, index) => `${index} ${'\u001b'.repeat(20_000)}`)
  logAll(web, [...numbered(0, 20_000), ...long])
  await server.until(() => server.lines('web').length >= 20_051)
  expect(server.lines('web')).toEqual(['first', ...numbered(0, 20_000), ...long])
})
