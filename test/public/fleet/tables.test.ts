import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTables, schemaOf } from '../../../public/fleet/tables'
import { ROOT } from '../../../src/base/root'

const schema = schemaOf(readFileSync(join(ROOT, 'public/fleet/osquery-tables.txt'), 'utf8'))

test('the tables that ship are read whole', () => {
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
  })
})

test('a search finds tables by name, then by a column', () => {
  const found = findTables(schema.tables, 'user group').map(table => table.name)
  expect(found).toContain('user_groups')
  const byColumn = findTables(schema.tables, 'cmdline').map(table => table.name)
  expect(byColumn).toContain('processes')
  expect(findTables(schema.tables, ' ')).toHaveLength(286)
  expect(findTables(schema.tables, 'no such thing')).toEqual([])
})
