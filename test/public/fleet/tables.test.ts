import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTables, schemaOf } from '../../../public/fleet/tables'
import { ROOT } from '../../../src/base/root'

const schema = schemaOf(readFileSync(join(ROOT, 'public/fleet/osquery-tables.txt'), 'utf8'))

test('the shipped list of tables is complete', () => {
  expect(schema.version).toBe('5.23.1')
  expect(schema.tables).toHaveLength(286)
  expect(schema.tables.flatMap(table => table.columns)).toHaveLength(2_624)
  expect(schema.tables.filter(table => table.isEvented)).toHaveLength(22)
  for (const { name, platforms, columns } of schema.tables) {
    expect([name, platforms.length > 0, columns.every(column => column.name !== '' && column.type !== '')]).toEqual([
      name,
      true,
      true,
    ])
  }
  expect(schema.byName.get('file')?.columns[0]).toEqual({
    name: 'path',
    type: 'text',
    isRequired: true,
    isHidden: false,
    platforms: [],
  })
})

test('columns of some platforms only are not hidden', () => {
  const column = (table: string, name: string) => schema.byName.get(table)?.columns.find(each => each.name === name)
  expect(column('certificates', 'sid')).toMatchObject({ isHidden: false, platforms: ['windows'] })
  expect(column('processes', 'cgroup_path')).toMatchObject({ isHidden: false, platforms: ['linux'] })
  expect(column('interface_details', 'link_speed')).toMatchObject({ isHidden: false, platforms: ['darwin', 'linux'] })
  expect(column('file', 'pid_with_namespace')).toMatchObject({ isHidden: true, platforms: ['linux'] })
  expect(column('chrome_extensions', 'key')).toMatchObject({ isHidden: true, platforms: [] })
  for (const { name, platforms, columns } of schema.tables)
    for (const each of columns.filter(({ platforms: only }) => only.length > 0)) {
      const isSome = each.platforms.every(one => platforms.includes(one)) && each.platforms.length < platforms.length
      expect([name, each.name, isSome]).toEqual([name, each.name, true])
    }
})

test('there are no types other than text and numbers', () => {
  const types = new Set(schema.tables.flatMap(table => table.columns.map(({ type }) => type)))
  expect([...types].sort()).toEqual(['bigint', 'double', 'integer', 'text', 'unsigned_bigint'])
  const after = schema.byName.get('certificates')?.columns.find(({ name }) => name === 'not_valid_after')
  expect(after?.type).toBe('text')
})

test('a search finds tables by name, then by column', () => {
  const found = findTables(schema.tables, 'user group').map(table => table.name)
  expect(found).toContain('user_groups')
  const byColumn = findTables(schema.tables, 'cmdline').map(table => table.name)
  expect(byColumn).toContain('processes')
  expect(findTables(schema.tables, ' ')).toHaveLength(286)
  expect(findTables(schema.tables, 'no such thing')).toEqual([])
})
