import { hostOf } from '../../../load/fleet/host'
import { runSql } from '../../../load/fleet/tables/database'

const hosts = Array.from({ length: 400 }, (_, index) => hostOf('test', index))
const one = (platform: string) => hosts.find(host => host.platform === platform) ?? hostOf('test', 0)
const linux = one('ubuntu')
const scene = { host: linux, nowMs: Date.UTC(2026, 8, 1, 10), rows: undefined }
const rowsOf = (sql: string, more = {}) => {
  const found = runSql(sql, { ...scene, ...more })
  if ('message' in found) throw new Error(found.message)
  return found.rows
}

describe('SQL of the simulated agent', () => {
  test.each([
    ['select 1', [{ 1: '1' }]],
    ["SELECT 7 AS n, 'it''s' AS \"text\";", [{ n: '7', text: "it's" }]],
    ['select null as nothing', [{ nothing: '' }]],
    ['select 1 where 1=0', []],
    ['select hostname from system_info limit 0', []],
    ['select count(*) as n from users', [{ n: '10' }]],
    ["select username u, uid from users where username = 'root'", [{ u: 'root', uid: '0' }]],
    ["select u.username from users u where u.username like 'A%'", [{ username: 'ada' }]],
    ["select username from users where uid >= 1008 and username != 'nobody'", [{ username: 'backup' }]],
    [
      "select username from users where username in ('ben', 'x') or uid = 0",
      [{ username: 'root' }, { username: 'ben' }],
    ],
    ['-- a comment\nselect 1 as n /* and another */ from time', [{ n: '1' }]],
    ["select 'from users' as text", [{ text: 'from users' }]],
  ])('%s', (sql, rows) => {
    expect(rowsOf(sql)).toEqual(rows)
  })

  test.each([
    ['select * from nope', 'no such table: nope'],
    ['select nope from users', 'no such column: nope'],
    ['select * from users where nope = 1', 'no such column: nope'],
    ['-- nothing', 'not an error'],
    ['delete from users', 'near "delete": syntax error'],
  ])('%s -> %s', (sql, message) => {
    expect(runSql(sql, scene)).toEqual({ message })
  })

  test('any number of rows can be selected', () => {
    expect(rowsOf('select n from simulated_rows where count = 3')).toEqual([{ n: '1' }, { n: '2' }, { n: '3' }])
    expect(rowsOf("select n from simulated_rows where count = 8 and state = 'ok'")).toHaveLength(6)
    expect(rowsOf('select * from simulated_rows where count = 100000')).toHaveLength(100_000)
    expect(rowsOf('select * from processes', { rows: 750 })).toHaveLength(750)
    expect(rowsOf('select * from os_version', { rows: 750 })).toHaveLength(1)
  })

  test('a platform has its own tables', () => {
    expect(rowsOf('select * from deb_packages').length).toBeGreaterThan(0)
    expect(runSql('select * from programs', scene)).toEqual({ message: 'no such table: programs' })
    expect(rowsOf('select * from programs', { host: one('windows') }).length).toBeGreaterThan(0)
  })

  test('time and uptime are current', () => {
    expect(rowsOf('select weekday, year, month, day, hour, unix_time, timestamp from time')).toEqual([
      {
        ...{ weekday: 'Tue', year: '2026', month: '9', day: '1', hour: '10', unix_time: '1788256800' },
        timestamp: 'Tue Sep  1 10:00:00 2026 UTC',
      },
    ])
    const total = (scene.nowMs - linux.bootedMs) / 1_000
    expect(rowsOf('select total_seconds from uptime')).toEqual([{ total_seconds: String(total) }])
  })
})

describe('simulated hosts', () => {
  test('are the same for the same seed, and all different', () => {
    expect(hostOf('test', 5)).toEqual(hosts[5])
    expect(hostOf('other', 5).identifier).not.toBe(hosts[5]?.identifier)
    for (const key of ['identifier', 'hostname', 'instanceId', 'address', 'mac'] as const)
      expect(new Set(hosts.map(host => host[key])).size).toBe(hosts.length)
  })

  test('cover all platforms; some have no serial number', () => {
    expect(new Set(hosts.map(({ platform }) => platform))).toEqual(
      new Set(['ubuntu', 'debian', 'rhel', 'darwin', 'windows']),
    )
    const share = (serial: string) => hosts.filter(host => host.hardwareSerial === serial).length / hosts.length
    expect(share('')).toBeGreaterThan(0.05)
    expect(share('')).toBeLessThan(0.15)
    expect(share('-1')).toBeGreaterThan(0.02)
    expect(share('-1')).toBeLessThan(0.09)
  })
})
