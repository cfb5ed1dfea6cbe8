import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, variables } from '../../src/config'

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
/** PATH is a setting of the system. */
const settings = Object.keys(variables.shape).filter(name => name !== 'PATH')

/** The default of a setting according to a table. */
function defaultsIn(file: string): Map<string, string> {
  const rows = textOf(file)
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line => line.split('|').map(cell => cell.trim()))
  return new Map(
    rows.flatMap(([, names = '', value = '']) => {
      const values = value.split(', ')
      return [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = ''], i) => [name, values[i] ?? value] as const)
    }),
  )
}

test('docs/settings.md lists every setting and no other, and .env.example has them too', () => {
  expect([...defaultsIn('docs/settings.md').keys()].sort()).toEqual([...settings].sort())
  expect(settings.filter(name => !new RegExp(`^# ?${name}=`, 'm').test(textOf('.env.example')))).toEqual([])
})

test.each(['docs/settings.md', 'README.md'])('the defaults in %s match the code', file => {
  const { success, data } = variables.safeParse({})
  expect(success).toBe(true)
  for (const [name, text] of defaultsIn(file)) {
    const value = (data as Record<string, unknown>)[name]
    if (value !== undefined) expect([name, text]).toEqual([name, `\`${value}\``])
  }
})
