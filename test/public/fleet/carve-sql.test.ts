import { carveSql, isEmptyArchive } from '../../../public/fleet/hosts/carve-sql'

test.each([
  ['/etc/hosts', "path = '/etc/hosts'"],
  ["/tmp/o'clock", "path = '/tmp/o''clock'"],
  ['/tmp/a_b*', "path = '/tmp/a_b*'"],
  ['/var/log/%.log', "path like '/var/log/%.log'"],
  ['/home/%%', "path like '/home/%%'"],
])('%s is requested by %s', (path, condition) => {
  expect(carveSql(path)).toBe(`select * from carves where ${condition} and carve = 1`)
})

test('an archive without files is empty, one with an empty file is not', () => {
  expect([0, 1_024, 1_536].map(isEmptyArchive)).toEqual([true, true, false])
})
