import { countersOf } from '../../agent/engine/counters'
import { sampleOf } from '../../agent/samples/container'
import { Pace } from '../../agent/samples/pace'
import { cpuOf, diskBytesOf, memoryOf, networkBytesOf } from '../../agent/samples/proc'
import { Place } from './place'

describe('with an engine', () => {
  let place: Place

  const begin = async (kind: 'docker' | 'podman' = 'docker') => {
    place = await Place.make(kind)
    return place
  }

  afterEach(async () => {
    expect(place.server.faults).toEqual([])
    await place.end()
  })

  test('CPU and memory of Podman are right although it counts otherwise than Docker', async () => {
    const { engine, server } = await begin('podman')
    engine.run('web', { cpuShare: 0.5 })
    const created = engine.run('new', { state: 'created', startedAt: 0 })
    await place.agent()
    await server.until(() => server.of('containers').length > 3)
    const samples = server.of('containers').map(each => each.samples.web)
    expect(samples[3]?.cpu).toBeCloseTo(50, 0)
    expect(samples[3]).toMatchObject({ memory: 50e6, memory_limit: null, rx: 0 })
    expect(server.of('containers').some(each => created.name in each.samples)).toBe(false)
  })

  test('a container whose statistics hang does not keep those of others waiting', async () => {
    const { engine, server } = await begin()
    const hung = engine.run('hung')
    engine.run('web')
    engine.faults = [{ path: new RegExp(`${hung.id}/stats`), kind: 'hang' }]
    await place.agent()
    await server.until(() => server.of('containers').filter(each => 'web' in each.samples).length > 5)
    expect(server.of('containers').some(each => 'hung' in each.samples)).toBe(false)
  })

  test('a container that cannot be looked at does not hide the others', async () => {
    const { engine, server } = await begin()
    const broken = engine.run('broken')
    engine.run('web')
    engine.faults = [{ path: new RegExp(`${broken.id}/json`), kind: 'status', status: 500 }]
    await place.agent()
    await server.until(() => server.of('inventory').length > 0)
    expect(server.of('inventory')[0]?.containers.map(({ name }) => name)).toEqual(['web'])
  })

  test('an engine that goes away and comes back: the server is told why, and containers are not taken for gone', async () => {
    const { engine, server } = await begin()
    engine.run('web')
    await place.agent()
    await server.until(() => server.of('inventory').length > 0)
    await engine.down()
    await server.until(() => server.heartbeats.some(({ facts }) => facts?.engine_error?.includes('No engine listens')))
    await engine.up()
    const last = () => server.heartbeats.findLast(({ facts }) => facts)?.facts
    await server.until(() => last()?.engine_error === null)
    engine.run('more')
    await server.until(() => server.of('inventory').at(-1)?.containers.length === 2)
    expect(server.of('inventory').every(({ containers }) => containers.length > 0)).toBe(true)
  })

  test('slow answers in pieces are read', async () => {
    const { engine, server } = await begin()
    engine.faults = [{ path: /json|stats|version/, kind: 'slow', ms: 30 }]
    engine.run('web')
    await place.agent()
    await server.until(() => server.of('containers').length > 1 && server.of('inventory').length > 0)
  })

  test('what happens to a container is an event and a new inventory', async () => {
    const { engine, server } = await begin()
    const web = engine.run('web', { health: 'starting' })
    await place.agent()
    await server.until(() => server.of('inventory').length > 0)
    web.health = 'unhealthy'
    engine.emit(web, 'health_status: unhealthy')
    engine.emit(web, 'exec_start: sh')
    engine.end(web, 137)
    await server.until(() => server.of('inventory').at(-1)?.containers[0]?.state === 'exited')
    await server.until(() => server.of('event').length >= 2)
    expect(server.of('event').map(({ action, exit_code }) => [action, exit_code])).toEqual([
      ['health_status: unhealthy', null],
      ['die', 137],
    ])
    expect(server.of('inventory').at(-1)?.containers[0]).toMatchObject({ health: 'unhealthy', exit_code: 137 })
    engine.remove(web)
    await server.until(() => server.of('inventory').at(-1)?.containers.length === 0)
  })

  test('a container that is watched is sampled more often', async () => {
    const { engine, server } = await begin()
    server.welcome = { ...server.welcome, interval_ms: 5_000, idle_interval_ms: 5_000, watched_interval_ms: 250 }
    engine.run('web')
    await place.agent()
    await server.until(() => server.of('containers').length > 0)
    server.send({ t: 'watch', host: true, containers: ['web'] })
    await server.until(() => server.of('containers').length > 4 && server.of('host').length > 4)
    const times = server
      .of('containers')
      .slice(-3)
      .map(({ at }) => at)
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeLessThan(4_000)
  })
})

test('memory without the page cache on both versions of cgroups', () => {
  const answer = (stats: unknown) =>
    countersOf({ cpu_stats: { cpu_usage: { total_usage: 5 } }, memory_stats: { usage: 100, limit: 200, stats } }, 7)
  expect(answer({ cache: 30, total_inactive_file: 1 })).toMatchObject({ memory: 70, at: 7, memoryLimit: 200 })
  expect(answer({ inactive_file: 40, active_file: 1 })).toMatchObject({ memory: 60 })
  expect(answer(null)).toMatchObject({ memory: 100, rx: null, read: null, pids: null })
  expect(countersOf({ cpu_stats: {}, memory_stats: {} }, 7)).toBeNull()
})

test('a counter that was reset gives no rate instead of a wrong one', () => {
  const counters = { at: 1_000, cpuNs: 5e9, memory: 1, memoryLimit: 8e9, rx: 100, tx: 0, read: null, write: 0, pids: 1 }
  const next = { ...counters, at: 3_000, cpuNs: 6e9, rx: 50, tx: 10 }
  expect(sampleOf(counters, next, 8e9)).toMatchObject({ cpu: 50, rx: null, tx: 5, read: null, memory_limit: null })
  expect(sampleOf(undefined, next, 9e9)).toMatchObject({ cpu: null, tx: null, memory_limit: 8e9 })
})

test('idle containers are sampled ever slower, up to the limit, until they do something', () => {
  const pace = new Pace(0)
  const intervals = { normalMs: 5_000, watchedMs: 1_000, idleMs: 15_000 }
  const idle = { cpu: 0, memory: 1, memory_limit: null, rx: 0, tx: 0, read: null, write: null, pids: 1 }
  const next = (isWatched = false) => {
    pace.begin(0, intervals, isWatched)
    return [1_000, 5_000, 10_000, 15_000].find(time => pace.isDue(time))
  }
  expect(next()).toBe(5_000)
  for (let index = 0; index < 20; index++) pace.saw(idle)
  expect(next()).toBe(15_000)
  expect(next(true)).toBe(1_000)
  pace.saw({ ...idle, cpu: 5 })
  expect(next()).toBe(5_000)
})

test('agents sample at times of their own, a container that begins at once and then with the others', () => {
  const intervals = { normalMs: 5_000, watchedMs: 1_000, idleMs: 15_000 }
  const dueAfter = (phaseMs: number, begun: number) => {
    const pace = new Pace(phaseMs)
    expect(pace.isDue(begun)).toBe(true)
    pace.begin(begun, intervals, false)
    return Array.from({ length: 60 }, (_, i) => 100_000 + i * 100).find(time => pace.isDue(time))
  }
  expect([100_000, 101_200, 104_900].map(begun => dueAfter(0, begun))).toEqual([105_000, 105_000, 105_000])
  expect([100_000, 101_200].map(begun => dueAfter(31_700, begun))).toEqual([101_700, 101_700])
  expect(dueAfter(31_700, 101_700)).toBe(undefined)
})

test('the files of /proc', () => {
  expect(cpuOf('cpu  10 1 5 100 4 1 2 3 9 9\ncpu0 1 1 1 1\n')).toEqual({ busy: 22, total: 126 })
  expect(memoryOf('MemTotal: 100 kB\nMemFree: 5 kB\nMemAvailable: 40 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n')).toEqual({
    ...{ total: 102_400, available: 40_960, swap: 6_144 },
  })
  const dev =
    'Inter-|\n face |\n    lo: 9 0 0 0 0 0 0 0 9 0\n  eth0: 100 1 0 0 0 0 0 0 200 1\nveth12: 5 0 0 0 0 0 0 0 5 0\n wlan0:1 0 0 0 0 0 0 0 2 0\n'
  expect(networkBytesOf(dev)).toEqual({ rx: 101, tx: 202 })
  const disks =
    '8 0 sda 1 0 10 0 1 0 20 0\n8 1 sda1 1 0 10 0 1 0 20 0\n253 0 dm-0 1 0 10 0 1 0 20 0\n259 0 nvme0n1 1 0 1 0 1 0 2 0\n'
  expect(diskBytesOf(disks)).toEqual({ read: 11 * 512, write: 22 * 512 })
  expect([cpuOf(''), networkBytesOf(''), diskBytesOf('')]).toEqual([undefined, undefined, undefined])
})
