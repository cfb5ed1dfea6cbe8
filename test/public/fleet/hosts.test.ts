import fc from 'fast-check'
import {
  hostFiltersOf,
  hostParams,
  hostSearchOf,
  isNarrowed,
  targetsOf,
  toggleSort,
} from '../../../public/fleet/hosts/filters'
import {
  type HostQuery,
  mergeQueries,
  openQuery,
  queryOfResult,
  withResult,
  withState,
} from '../../../public/fleet/hosts/host-queries'
import { applyToHosts, type HostEvent } from '../../../public/fleet/hosts/live-hosts'
import { withSecret } from '../../../public/fleet/hosts/setup'
import type { QueryResult } from '../../../public/fleet/query-result'
import { hostsOfPack, packNameOf } from '../../../public/fleet/settings/pack'
import { routeOf } from '../../../public/routes'
import type { Host, HostStatus } from '../../../src/contract/hosts'

const NONE = hostFiltersOf('')

const host = (id: string, status: HostStatus = 'online', last_seen_at = '2026-01-01T10:00:00.000Z'): Host => ({
  id,
  host_identifier: `id-${id}`,
  hostname: id,
  platform: 'debian',
  os_name: 'Debian',
  os_version: '12',
  osquery_version: '5.23.1',
  hardware_uuid: '',
  hardware_serial: '',
  status,
  enrolled_at: '2026-01-01T00:00:00.000Z',
  last_enrolled_at: '2026-01-01T00:00:00.000Z',
  last_seen_at,
  refreshed_at: null,
  schedule_lost_at: null,
  labels: [],
})

const event = (host_id: string, status: HostStatus, timestamp = '2026-01-01T11:00:00.000Z'): HostEvent => ({
  type: 'host_status',
  timestamp,
  data: { host_id, status },
})

describe('the list of hosts', () => {
  const hosts = [host('a'), host('b'), host('c', 'offline')]
  const counts = { online: 2, offline: 1, missing: 0 }

  it('updates rows in place and the counts', () => {
    const next = applyToHosts({ hosts, counts }, [event('a', 'offline'), event('c', 'online')])
    expect(next.hosts.map(each => each.status)).toEqual(['offline', 'online', 'online'])
    expect(next.counts).toEqual({ online: 2, offline: 1, missing: 0 })
    expect(next.isIncomplete).toBe(false)
    expect(next.hosts[2]?.last_seen_at).toBe('2026-01-01T11:00:00.000Z')
    expect(next.hosts[0]?.last_seen_at).toBe('2026-01-01T10:00:00.000Z')
    expect(next.hosts[1]).toBe(hosts[1])
  })

  it('stays the same array when nothing has changed', () => {
    const stale = event('a', 'offline', '2026-01-01T09:00:00.000Z')
    const next = applyToHosts({ hosts, counts }, [stale, event('b', 'online')])
    expect(next.hosts).toBe(hosts)
    expect(next.counts).toBe(counts)
  })

  it('is incomplete after an event about a host that is not in it', () => {
    const enrolled = { ...event('d', 'online'), type: 'host_enrolled' }
    const next = applyToHosts({ hosts, counts }, [enrolled])
    expect(next).toEqual({ hosts, counts, isIncomplete: true })
  })

  it('drops a host that is deleted', () => {
    const deleted = { ...event('b', 'online'), type: 'host_deleted' }
    const next = applyToHosts({ hosts, counts }, [deleted, event('b', 'offline')])
    expect(next.hosts.map(each => each.id)).toEqual(['a', 'c'])
    expect(next.counts).toEqual({ online: 1, offline: 1, missing: 0 })
    const unknown = { ...event('x', 'online'), type: 'host_deleted' }
    expect(applyToHosts({ hosts, counts }, [unknown]).isIncomplete).toBe(false)
  })
})

describe('host filters', () => {
  it('survive a round trip through the URL', () => {
    const text = fc.string({ unit: 'grapheme' }).map(value => value.toWellFormed())
    fc.assert(
      fc.property(fc.record({ status: text, q: text, platform: text, label: text, sort: text }), filters => {
        expect(hostFiltersOf(hostSearchOf(filters))).toEqual(filters)
      }),
    )
  })

  it('become API parameters with a sort order', () => {
    expect(hostParams(NONE)).toEqual({ sort: 'hostname' })
    expect(hostParams({ ...NONE, sort: '-platform', q: 'a b' })).toEqual({ sort: '-platform', q: 'a b' })
  })

  it('narrow the list, unlike a sort order', () => {
    expect(isNarrowed({ ...NONE, sort: '-hostname' })).toBe(false)
    expect(isNarrowed({ ...NONE, label: 'x' })).toBe(true)
  })

  it.each([
    ['', 'hostname', '-hostname'],
    ['hostname', 'hostname', '-hostname'],
    ['-hostname', 'hostname', 'hostname'],
    ['platform', 'hostname', 'hostname'],
  ])('%s toggled by %s is %s', (sort, by, result) => {
    expect(toggleSort(sort, by)).toBe(result)
  })

  it.each([
    [{}, { all: true }],
    [{ platform: 'debian' }, { platforms: ['debian'] }],
    [{ label: 'web' }, { labels: ['web'] }],
    [{ label: 'web', platform: 'debian' }, null],
    [{ q: 'x' }, null],
    [{ status: 'online' }, null],
  ])('%j as targets', (filters, targets) => {
    expect(targetsOf({ ...NONE, ...filters })).toEqual(targets)
  })
})

describe('the queries of a host', () => {
  const query = (id: string) => openQuery({ id, sql: `select ${id}`, created_at: '2026-01-01T10:00:00.000Z' })
  const result = (query_id: string, more: Partial<QueryResult> = {}): QueryResult => ({
    host_id: 'h',
    query_id,
    status: 'completed',
    state: 'completed',
    occurred_at: '2026-01-01T10:00:01.000Z',
    error: null,
    row_count: 1,
    rows: [{ a: '1' }],
    truncated: false,
    late: false,
    ...more,
  })
  const answered = (id: string, more: Partial<QueryResult> = {}): HostQuery =>
    queryOfResult({ ...result(id, more), sql: '' })

  it('are listed newest first without duplicates, and a result keeps the SQL of its query', () => {
    const list = mergeQueries(mergeQueries([], [query('1')]), [query('2'), answered('1')])
    expect(list.map(each => [each.query_id, each.state, each.sql])).toEqual([
      ['2', 'pending', 'select 2'],
      ['1', 'completed', 'select 1'],
    ])
  })

  it('keep a result when an older reply has none', () => {
    const list = mergeQueries([answered('1', { state: 'no_rows', rows: [], row_count: 0 })], [query('1')])
    expect(list[0]?.state).toBe('no_rows')
  })

  it('include results from the stream, except earlier ones', () => {
    const known = mergeQueries([], [query('5'), answered('3')])
    expect(withResult(known, result('5'))).toMatchObject({ isUnknown: false })
    expect(withResult(known, result('5')).queries[0]?.state).toBe('completed')
    expect(withResult(known, result('4'))).toEqual({ queries: known, isUnknown: false })
    const added = withResult(known, result('6'))
    expect(added.isUnknown).toBe(true)
    expect(added.queries.map(each => each.query_id)).toEqual(['6', '5', '3'])
    expect(withResult([], result('1')).isUnknown).toBe(true)
  })

  it('get a final state only if they have no result', () => {
    const list = mergeQueries([], [query('1'), query('2'), answered('3')])
    expect(withState(list, '1', 'expired').map(each => each.state)).toEqual(['completed', 'pending', 'expired'])
    expect(withState(list, '3', 'offline')[0]?.state).toBe('completed')
  })
})

describe('paths of fleet pages', () => {
  it.each([
    ['/hosts', { page: 'hosts' }],
    ['/hosts/add', { page: 'add-host' }],
    ['/hosts/saved-queries', { page: 'saved-queries' }],
    ['/hosts/0190aaaa', { page: 'host', id: '0190aaaa' }],
    ['/queries/new', { page: 'new-query' }],
    ['/queries/0190aaaa', { page: 'query', id: '0190aaaa' }],
    ['/hosts/a/b', { page: 'missing' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual({ id: '', ...route })
  })
})

describe('display texts', () => {
  it('describe the hosts of a pack', () => {
    expect(hostsOfPack({ platforms: [], labels: [], shard: null })).toBe('all platforms')
    expect(hostsOfPack({ platforms: ['linux', 'darwin'], labels: ['a', 'b'], shard: 10 })).toBe(
      'linux, darwin, with the label a or b, 10% of them',
    )
  })

  it('include the name of a pack from its file', () => {
    expect(packNameOf('it-compliance.conf')).toBe('it-compliance')
    expect(packNameOf('a.b.JSON')).toBe('a.b')
    expect(packNameOf('pack')).toBe('pack')
  })

  it('have the secret in place of its placeholder', () => {
    const command = "echo '<secret>' '<secret>'"
    expect(withSecret(command, 'x$&')).toBe("echo 'x$&' 'x$&'")
    expect(withSecret(command, '')).toBe(command)
  })
})
