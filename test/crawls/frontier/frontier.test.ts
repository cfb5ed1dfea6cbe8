import { newId } from '../../../src/base/ids'
import { createRedis, whenReady } from '../../../src/base/redis'
import { type Entry, newEntry } from '../../../src/crawls/frontier/entry'
import { type Addition, type Claim, type Finish, Frontier, type Limits } from '../../../src/crawls/frontier/frontier'
import { quietLog, testRedisPrefix, testRedisUrl } from '../../support/parts'

const prefix = testRedisPrefix()
const client = createRedis({ url: testRedisUrl(), prefix, log: quietLog }).connect('publisher')
const crawls: string[] = []
beforeAll(() => whenReady(client, 10_000))
afterAll(async () => {
  for (const id of crawls) await new Frontier(client, prefix, id).drop()
  client.disconnect()
})

const LIMITS: Limits = {
  ...{ pages: 1_000, bytes: 1e9, deadline: Date.now() + 3_600_000, delayMs: 0, concurrency: 10 },
  ...{ externalDelayMs: 0, paused: false },
}
const PATIENCE_MS = 60_000

let hosts = 0
/** A frontier with hosts of its own: their clocks are shared by all crawls. */
async function frontierOf(limits: Partial<Limits> = {}) {
  const id = newId()
  crawls.push(id)
  const frontier = new Frontier(client, prefix, id)
  await frontier.open({ ...LIMITS, ...limits })
  const host = `host-${hosts++}`
  const entry = (key: number | string, more: Partial<Entry> = {}): Entry => ({
    ...newEntry({ key: String(key), host, href: `http://${host}/${key}` }, more.kind ?? 'page', 0, null),
    ...more,
  })
  return { id, frontier, entry, host }
}

const queue = (entry: Entry, family: string | null = null): Addition => ({ entry, family, outcome: 'queue' })
const fetched = (entry: Entry, bytes = 10): Finish => ({ entry, outcome: 'fetched', reason: null, bytes })
const freed = (entry: Entry, more: object = {}) => ({
  entry,
  pauseMs: 0,
  sinceMs: 0,
  crawlDelayMs: 0,
  ...more,
})

function claimedOf(claim: Claim): Entry[] {
  if (claim.state === 'lost') throw new Error('lost')
  return claim.claimed.map(({ entry }) => entry)
}

async function countsOf(frontier: Frontier) {
  const state = await frontier.read()
  if (!state) throw new Error('no frontier')
  const { discovered, queued, leased, fetched, failed, skipped } = state.counts
  const sum = queued + leased + fetched + failed + Object.values(skipped).reduce((all, each) => all + each, 0)
  expect(sum).toBe(discovered)
  return { ...state.counts, ended: state.endedBecause }
}

test('a URL is added once, claimed once and settled once, and the last one ends the crawl', async () => {
  const { frontier, entry } = await frontierOf()
  await frontier.add([queue(entry(1)), queue(entry(1)), queue(entry(2))])
  await frontier.endSeeding()
  expect(await countsOf(frontier)).toMatchObject({ discovered: 2, queued: 2, ended: null })
  const first = claimedOf(await frontier.claim('me', 10, [], PATIENCE_MS))
  expect(first.map(({ key }) => key)).toEqual(['1']) // one at a time until its robots.txt is known
  const [second] = claimedOf(await frontier.claim('me', 10, [freed(first[0] as Entry)], PATIENCE_MS))
  expect(second?.key).toBe('2')
  await frontier.finish('me', [fetched(entry(1)), fetched(entry(1))])
  expect(await countsOf(frontier)).toMatchObject({ fetched: 1, leased: 1, bytes: 10, ended: null })
  await frontier.finish('me', [{ entry: entry(2), outcome: 'failed', reason: 'timeout', bytes: 0 }])
  expect(await countsOf(frontier)).toMatchObject({
    fetched: 1,
    failed: 1,
    failed_by: { timeout: 1 },
    ended: 'completed',
  })
  expect(await frontier.claim('me', 10, [], PATIENCE_MS)).toMatchObject({ state: 'done' })
})

test.each([
  ['blocked', { outcome: 'skipped', reason: 'robots' }],
  ['failed', { outcome: 'failed', reason: 'timeout' }],
  ['completed', { outcome: 'skipped', reason: 'content_type' }],
] as const)('a crawl without any page ends as %s', async (because, end) => {
  const { frontier, entry } = await frontierOf()
  await frontier.add([queue(entry(1))])
  await frontier.endSeeding()
  await frontier.claim('me', 1, [], PATIENCE_MS)
  await frontier.finish('me', [{ entry: entry(1), bytes: 0, ...end }])
  expect(await countsOf(frontier)).toMatchObject({ ended: because })
})

test('a crawl without seeds ends at once', async () => {
  const { frontier } = await frontierOf()
  await frontier.endSeeding()
  expect((await frontier.read())?.state).toBe('done')
})

test('a better link revives a URL that was skipped because of its link only', async () => {
  const { frontier, entry } = await frontierOf()
  await frontier.add([
    { ...queue(entry(1)), outcome: 'refused', reason: 'nofollow' },
    { ...queue(entry(2)), outcome: 'skipped', reason: 'excluded' },
  ])
  expect(await countsOf(frontier)).toMatchObject({ skipped: { nofollow: 1, excluded: 1 } })
  await frontier.add([queue(entry(1)), queue(entry(2))])
  expect(await countsOf(frontier)).toMatchObject({ queued: 1, skipped: { excluded: 1 } })
})

test('hosts rest between requests, and all crawls share their clocks', async () => {
  const one = await frontierOf({ delayMs: 60_000 })
  const other = await frontierOf({ delayMs: 60_000 })
  const there = { host: one.host }
  await one.frontier.add([queue(one.entry(1)), queue(one.entry(2))])
  await other.frontier.add([queue(other.entry(3, there)), queue(other.entry(4))])
  expect(claimedOf(await one.frontier.claim('a', 9, [], PATIENCE_MS))).toHaveLength(1)
  expect(claimedOf(await one.frontier.claim('a', 9, [], PATIENCE_MS))).toHaveLength(0)
  expect(claimedOf(await other.frontier.claim('b', 9, [], PATIENCE_MS)).map(({ key }) => key)).toEqual(['4'])
  // no request was made: the host is free for whoever asks first
  const unused = freed(one.entry(1), { sinceMs: undefined })
  await one.frontier.claim('a', 0, [unused], PATIENCE_MS)
  expect(claimedOf(await one.frontier.claim('a', 9, [], PATIENCE_MS)).map(({ key }) => key)).toEqual(['2'])
})

test('a shorter delay holds at once, but neither for a pause nor against a robots.txt', async () => {
  const { frontier, entry, host } = await frontierOf({ delayMs: 60_000 })
  await frontier.add([1, 2, 3, 4].map(key => queue(entry(key))))
  const next = async (...list: ReturnType<typeof freed>[]) =>
    claimedOf(await frontier.claim('me', 1, list, PATIENCE_MS)).map(({ key }) => key)
  expect(await next()).toEqual(['1'])
  expect(await next(freed(entry(1)))).toEqual([])
  await frontier.setLimits(LIMITS)
  expect(await next()).toEqual(['2'])
  await frontier.rest(host, 0, 30_000)
  expect(await next(freed(entry(2), { crawlDelayMs: 30_000 }))).toEqual([])
  await frontier.setLimits({ ...LIMITS, delayMs: 1 })
  expect(await next()).toEqual([])
  await frontier.rest(host, 0, 0)
  await frontier.setLimits(LIMITS)
  expect(await next()).toEqual(['3'])
  await next(freed(entry(3), { pauseMs: 60_000 }))
  await frontier.setLimits({ ...LIMITS, delayMs: 1 })
  expect(await next()).toEqual([])
})

test('whoever takes a frontier over brings the limits that hold now', async () => {
  const { frontier, entry, id } = await frontierOf({ paused: true })
  await frontier.add([queue(entry(1))])
  const next = new Frontier(client, prefix, id)
  expect(await next.open(LIMITS)).toBe(false)
  expect(claimedOf(await next.claim('me', 1, [], PATIENCE_MS))).toHaveLength(1)
})

test('a crawl that is dropped leaves its hosts to others at once', async () => {
  const one = await frontierOf({ concurrency: 1 })
  const other = await frontierOf({ concurrency: 1 })
  await one.frontier.add([queue(one.entry(1))])
  await other.frontier.add([queue(other.entry(2, { host: one.host }))])
  await one.frontier.claim('a', 1, [], PATIENCE_MS)
  expect(claimedOf(await other.frontier.claim('b', 1, [], PATIENCE_MS))).toEqual([])
  await one.frontier.drop()
  const claim = async () => claimedOf(await other.frontier.claim('b', 1, [freed(one.entry(9))], PATIENCE_MS))
  expect((await claim()).map(({ key }) => key)).toEqual(['2'])
})

test('a pause that a server asks for holds for all', async () => {
  const { frontier, entry, host } = await frontierOf()
  await frontier.add([queue(entry(1)), queue(entry(2))])
  await frontier.claim('me', 1, [], PATIENCE_MS)
  const claim = await frontier.claim('me', 1, [freed(entry(1), { pauseMs: 60_000 })], PATIENCE_MS)
  expect(claim).toMatchObject({ claimed: [], waitMs: 500 })
  expect(await frontier.turn(host)).toBeGreaterThan(1_000)
})

test('URLs of an owner that is gone are queued again, and its late answers do not count', async () => {
  const { frontier, entry, id } = await frontierOf()
  await frontier.add([queue(entry(1))])
  await frontier.endSeeding()
  await frontier.claim('gone', 1, [], PATIENCE_MS)
  await client.zadd(`{${prefix}:crawls}:${id}:owners`, 1, 'gone')
  expect(claimedOf(await frontier.claim('me', 1, [], PATIENCE_MS)).map(({ key }) => key)).toEqual(['1'])
  await frontier.finish('gone', [fetched(entry(1))])
  expect(await countsOf(frontier)).toMatchObject({ leased: 1, fetched: 0 })
  await frontier.finish('me', [fetched(entry(1))])
  expect(await countsOf(frontier)).toMatchObject({ leased: 0, fetched: 1, ended: 'completed' })
})

test('URLs whose lease the owner does not know of are queued again: the reply was lost, or Redis forgot their end', async () => {
  const { frontier, entry } = await frontierOf()
  const elsewhere = entry(2, { host: `other-${hosts}` })
  await frontier.add([queue(entry(1)), queue(elsewhere)])
  await frontier.endSeeding()
  await frontier.claim('me', 1, [], PATIENCE_MS)
  await frontier.claim('other', 1, [], PATIENCE_MS)
  const claim = () => frontier.claim('me', 9, [], PATIENCE_MS, true)
  expect(claimedOf(await claim()).map(({ key }) => key)).toEqual(['1'])
  await frontier.finish('other', [fetched(elsewhere)])
  expect(claimedOf(await claim()).map(({ key }) => key)).toEqual(['1'])
  await frontier.finish('me', [fetched(entry(1))])
  expect(await countsOf(frontier)).toMatchObject({ leased: 0, fetched: 2, ended: 'completed' })
})

test('a frontier whose last changes Redis has lost is given up: what is missing cannot be known', async () => {
  const { frontier, entry, id } = await frontierOf()
  await frontier.add([queue(entry(1))])
  const key = `{${prefix}:crawls}:${id}`
  const calls = await client.hgetall(`${key}:calls`)
  await frontier.claim('me', 1, [], PATIENCE_MS)
  await client.hset(`${key}:calls`, calls)
  expect(await frontier.finish('me', [fetched(entry(1))])).toBe(false)
  expect(await client.keys(`${key.replace(/[{}]/g, '?')}*`)).toEqual([])
  expect(await frontier.open(LIMITS)).toBe(true)
  expect(await frontier.add([queue(entry(1))])).toBe(true)
})

test('a URL is tried again after its time, or at once where a redirect leads', async () => {
  const { frontier, entry } = await frontierOf()
  await frontier.add([queue(entry(1)), queue(entry(2))])
  await frontier.claim('me', 1, [], PATIENCE_MS)
  const next = entry(1, { tries: 1 })
  await frontier.finish('me', [{ entry: entry(1), outcome: 'again', next, waitMs: 60_000, bytes: 5 }])
  expect(await countsOf(frontier)).toMatchObject({ queued: 2, leased: 0, bytes: 5 })
  const [second] = claimedOf(await frontier.claim('me', 9, [freed(entry(1))], PATIENCE_MS))
  const hop = entry(2, { hops: [{ url: 'http://a/', status_code: 301, location: 'http://b/' }] })
  expect(second?.key).toBe('2')
  await frontier.finish('me', [{ entry: entry(2), outcome: 'again', next: hop, waitMs: 0, bytes: 0 }])
  expect(claimedOf(await frontier.claim('me', 9, [freed(entry(2))], PATIENCE_MS))).toEqual([hop])
})

describe('limits', () => {
  test('no more pages are leased than may be fetched, and the rest is dropped with the reason', async () => {
    const { frontier, entry } = await frontierOf({ pages: 2 })
    await frontier.add([1, 2, 3, 4].map(key => queue(entry(key))))
    await frontier.add([queue(entry('9', { kind: 'external', host: `other-${hosts}` }))])
    await frontier.endSeeding()
    await frontier.claim('me', 9, [], PATIENCE_MS)
    const both = claimedOf(await frontier.claim('me', 9, [freed(entry(1))], PATIENCE_MS)).map(({ key }) => key)
    expect(both).toEqual(['2'])
    await frontier.finish('me', [fetched(entry(1)), fetched(entry(2))])
    const claim = await frontier.claim('me', 9, [], PATIENCE_MS)
    if (claim.state === 'lost') throw new Error('lost')
    const dropped = claim.claimed.map(({ entry: { key }, dropped: reason }) => [key, reason])
    expect(dropped).toEqual([
      ['3', 'page_limit'],
      ['4', 'page_limit'],
    ])
    const skip = (key: number, reason: string): Finish => ({ entry: entry(key), outcome: 'skipped', reason, bytes: 0 })
    await frontier.finish('me', [skip(3, 'page_limit'), skip(4, 'page_limit'), skip(9, 'out_of_scope')])
    expect(await countsOf(frontier)).toMatchObject({
      fetched: 2,
      skipped: { page_limit: 2, out_of_scope: 1 },
      ended: 'page_limit',
    })
  })

  test('a site with exactly as many pages as allowed is complete', async () => {
    const { frontier, entry } = await frontierOf({ pages: 1 })
    await frontier.add([queue(entry(1))])
    await frontier.endSeeding()
    await frontier.claim('me', 9, [], PATIENCE_MS)
    await frontier.finish('me', [fetched(entry(1))])
    expect(await countsOf(frontier)).toMatchObject({ ended: 'completed' })
  })

  test.each([
    ['time_limit', { deadline: Date.now() - 1 }],
    ['bytes_limit', { bytes: 0 }],
  ])('%s drops what is queued, external URLs and those that wait too', async (reason, limits) => {
    const { frontier, entry } = await frontierOf()
    await frontier.add([queue(entry(1)), queue(entry(2)), queue(entry(3, { kind: 'external' }))])
    await frontier.claim('me', 1, [], PATIENCE_MS)
    await frontier.finish('me', [{ entry: entry(1), outcome: 'again', next: entry(1), waitMs: 60_000, bytes: 0 }])
    await frontier.setLimits({ ...LIMITS, ...limits })
    const claim = await frontier.claim('me', 9, [], PATIENCE_MS)
    if (claim.state === 'lost') throw new Error('lost')
    expect(claim.claimed.map(({ dropped }) => dropped)).toEqual([reason, reason, reason])
  })

  test('a family of URLs that grows without end is a trap', async () => {
    const { frontier, entry } = await frontierOf()
    await frontier.add(Array.from({ length: 1_010 }, (_, i) => queue(entry(i), 'calendar')))
    const claim = await frontier.claim('me', 1, [], PATIENCE_MS)
    if (claim.state === 'lost') throw new Error('lost')
    expect(claim.claimed.filter(({ dropped }) => dropped === 'trap')).toHaveLength(10)
  })
})

test('a paused crawl gives out nothing, and goes on when it is resumed', async () => {
  const { frontier, entry } = await frontierOf({ paused: true })
  await frontier.add([queue(entry(1))])
  expect(await frontier.claim('me', 1, [], PATIENCE_MS)).toMatchObject({ state: 'paused', claimed: [] })
  await frontier.setLimits(LIMITS)
  expect(claimedOf(await frontier.claim('me', 1, [], PATIENCE_MS))).toHaveLength(1)
})

test('whoever took part in a frontier that is lost learns so, and changes nothing in the next one', async () => {
  const { frontier, entry, id } = await frontierOf()
  await frontier.add([queue(entry(1))])
  await frontier.drop()
  const next = new Frontier(client, prefix, id)
  expect(await next.open(LIMITS)).toBe(true)
  expect(await frontier.add([queue(entry(2))])).toBe(false)
  expect(await frontier.claim('me', 1, [], PATIENCE_MS)).toEqual({ state: 'lost' })
  expect(await frontier.finish('me', [fetched(entry(1))])).toBe(false)
  expect(await countsOf(next)).toMatchObject({ discovered: 0 })
})

test('a frontier that is dropped leaves nothing behind', async () => {
  const { frontier, entry, id } = await frontierOf()
  await frontier.add([queue(entry(1), 'family'), queue(entry(2, { kind: 'external' }))])
  await frontier.claim('me', 1, [], PATIENCE_MS)
  await frontier.drop()
  const left = await ('keys' in client ? client.keys(`*${id}*`) : [])
  expect(left).toEqual([])
})
