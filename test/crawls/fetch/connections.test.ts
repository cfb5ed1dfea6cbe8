import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createOutbound, type Lookup } from '../../../src/base/outbound'
import type { Fetcher } from '../../../src/crawls/fetch/fetcher'
import { createFetcher } from '../../../src/crawls/fetch/http-fetcher'
import { closeSites, tcpSite } from '../../support/sites'
import { type Handler, held, raw, reset, startSite } from '../server'

const { signal } = new AbortController()
let fetchers: Fetcher[] = []

afterEach(async () => {
  for (const fetcher of fetchers) await fetcher.close()
  fetchers = []
  await closeSites()
})

function newFetcher({
  allow = ['private'],
  lookup,
  ...limits
}: {
  allow?: string[]
  lookup?: Lookup
  idleMs?: number
  idlePerOriginMax?: number
  idleMax?: number
} = {}) {
  const fetcher = createFetcher(createOutbound({ allow, ...(lookup && { lookup }) }), limits)
  fetchers.push(fetcher)
  return async (url: string, method: 'GET' | 'HEAD' = 'GET') => {
    const result = await fetcher.fetch({ url, method, headers: {}, timeoutMs: 30_000, bodyBytesMax: 100_000 }, signal)
    return result.kind === 'failure' ? result.reason : result.body.toString()
  }
}

/** Tells when the server sees the end of a connection. */
function watched(): { route: Handler; closed: Promise<unknown> } {
  let seen = (_socket: Socket) => {}
  const socket = new Promise<Socket>(resolve => {
    seen = resolve
  })
  return {
    route: (ask, answer) => {
      seen(ask.socket)
      answer.end('ok')
    },
    closed: socket.then(connection => once(connection, 'close')),
  }
}

test('requests one after another share a connection, those at the same time do not', async () => {
  const { route, release } = held('late')
  const site = await startSite({ '/': 'ok', '/held': route })
  const get = newFetcher()
  for (let count = 0; count < 5; count++) expect(await get(`${site.url}/`)).toBe('ok')
  expect(site.connections()).toBe(1)
  const late = get(`${site.url}/held`)
  await site.asked('/held')
  expect(await get(`${site.url}/`)).toBe('ok')
  release()
  expect(await late).toBe('late')
  expect(site.connections()).toBe(2)
})

test.each<[string, Handler]>([
  ['says so', raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok', { keepOpen: true })],
  ['speaks HTTP/1.0', raw('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', { keepOpen: true })],
  [
    'sends more than the response',
    raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n', { keepOpen: true }),
  ],
  [
    'is about to close it',
    raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=1\r\n\r\nok', { keepOpen: true }),
  ],
])('a connection is not used again if the server %s', async (_name, route) => {
  const site = await startSite({ '/': route })
  const get = newFetcher()
  expect([await get(`${site.url}/`), await get(`${site.url}/`)]).toEqual(['ok', 'ok'])
  expect(site.connections()).toBe(2)
})

test('a response to HEAD with a body does not become the next response', async () => {
  const site = await startSite({ '/': raw('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret', { keepOpen: true }) })
  const get = newFetcher()
  expect([await get(`${site.url}/`, 'HEAD'), await get(`${site.url}/`)]).toEqual(['', 'secret'])
})

test('a request on a connection that the server has just closed is sent again on a new one', async () => {
  let broken = 0
  const site = await startSite({
    '/': 'ok',
    '/once': (ask, answer) => (broken++ === 0 ? reset()(ask, answer) : answer.end('second try')),
  })
  const get = newFetcher()
  expect(await get(`${site.url}/`)).toBe('ok')
  expect(await get(`${site.url}/once`)).toBe('second try')
  expect([site.count('/once'), site.connections()]).toEqual([2, 2])
  broken = 0
  expect(await newFetcher()(`${site.url}/once`)).toBe('connection_reset') // a new one is not to blame
})

test('idle connections are closed after their time', async () => {
  const { route, closed } = watched()
  const site = await startSite({ '/': route })
  expect(await newFetcher({ idleMs: 20 })(`${site.url}/`)).toBe('ok')
  await closed
})

test('of too many idle connections, the one that was idle longest is closed', async () => {
  const { route, closed } = watched()
  const [first, second] = await Promise.all([startSite({ '/': route }), startSite({ '/': 'ok' })])
  const get = newFetcher({ idleMax: 1 })
  await get(`${first.url}/`)
  await get(`${second.url}/`)
  await closed
  await get(`${second.url}/`)
  expect(second.connections()).toBe(1)
})

test('so are those to one origin', async () => {
  const { route, release } = held('ok')
  const site = await startSite({ '/': route })
  const get = newFetcher({ idlePerOriginMax: 1 })
  const both = [get(`${site.url}/?1`), get(`${site.url}/?2`)]
  await site.asked('/', 2)
  release()
  await Promise.all(both)
  await Promise.all([get(`${site.url}/?3`), get(`${site.url}/?4`)])
  expect(site.connections()).toBe(3)
})

test('closing closes idle connections, and those in use once they are idle', async () => {
  const [used, idle] = [held('late'), watched()]
  const site = await startSite({ '/used': used.route, '/idle': idle.route })
  const fetcher = createFetcher(createOutbound({ allow: ['private'] }))
  const ask = { method: 'GET', headers: {}, timeoutMs: 30_000, bodyBytesMax: 1_000 } as const
  const late = fetcher.fetch({ ...ask, url: `${site.url}/used` }, signal)
  await site.asked('/used')
  await fetcher.fetch({ ...ask, url: `${site.url}/idle` }, signal)
  await fetcher.close()
  await idle.closed
  used.release()
  expect(await late).toMatchObject({ kind: 'response', status: 200 })
})

describe('the outbound guard', () => {
  const to =
    (...addresses: string[]): Lookup =>
    async () =>
      addresses.map(address => ({ address }))

  test('blocks private addresses, however they are named', async () => {
    const site = await startSite({ '*': 'private' })
    const get = newFetcher({ allow: [], lookup: to('8.8.8.8', '127.0.0.1') })
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', 'mixed.test']) {
      expect(await get(`http://${host}:${site.port}/`)).toBe('blocked_address')
    }
    expect(site.connections()).toBe(0)
  })

  test('connects to the address that it checked, and checks each new connection', async () => {
    const site = await startSite({ '/': 'ok', '/last': raw('HTTP/1.1 200 OK\r\n\r\nok') })
    let addresses = ['127.0.0.1']
    const get = newFetcher({ allow: ['127.0.0.0/8'], lookup: async () => addresses.map(address => ({ address })) })
    expect(await get(`http://rebind.test:${site.port}/`)).toBe('ok')
    addresses = ['10.0.0.7']
    expect(await get(`http://rebind.test:${site.port}/last`)).toBe('ok') // over the connection that was checked
    expect(await get(`http://rebind.test:${site.port}/`)).toBe('blocked_address')
  })

  test('a request ends in time whatever it waits for', async () => {
    const stalled = await tcpSite(() => {})
    const unresolved = createFetcher(createOutbound({ allow: [], lookup: () => new Promise(() => {}) }))
    const silent = createFetcher(createOutbound({ allow: ['private'] }))
    const ask = { method: 'GET', headers: {}, timeoutMs: 50, bodyBytesMax: 1_000 } as const
    const results = await Promise.all([
      unresolved.fetch({ ...ask, url: 'http://slow.test/' }, signal),
      silent.fetch({ ...ask, url: `https://127.0.0.1:${stalled.port}/` }, signal),
    ])
    expect(results).toMatchObject([{ reason: 'dns_timeout' }, { reason: 'tls_timeout' }])
  })

  test('unknown and impossible names are failures', async () => {
    const lookup: Lookup = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }))
    const get = newFetcher({ lookup })
    expect(await get('http://missing.test/')).toBe('dns_not_found')
    expect(await get('http://a..test/')).toBe('dns_name_invalid')
  })
})
