import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAILURE_CODES } from '../../src/base/failure'
import { ROOT } from '../../src/base/root'
import { CHECK_WARNING_CODES } from '../../src/monitors/checks/warnings'

const guide = readFileSync(join(ROOT, 'docs/health-checks.md'), 'utf8')

/** The codes in the first column of the table below a heading. */
function documented(heading: string): string[] {
  const section = guide.split(/^## /m).find(text => text.startsWith(heading)) ?? ''
  const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap(cell => [...cell.matchAll(/`(\w+)`/g)].map(([, code = '']) => code))
}

test('every code of an error and of a warning is documented, and no other', () => {
  expect(documented('Errors').sort()).toEqual([...FAILURE_CODES].sort())
  expect(documented('Warnings').sort()).toEqual([...CHECK_WARNING_CODES].sort())
})
