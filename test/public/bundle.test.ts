import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../../src/base/root'
import { PAGES } from '../../src/contract/pages'

/** Compressed size of everything that a page loads before it can be used. */
const FIRST_BYTES_MAX = 100_000
const EDITOR_BYTES_MAX = 180_000
/** Browsers open six connections to a server that speaks HTTP/1.1. */
const SCRIPTS_MAX = 14
const FOLDER = join(ROOT, 'dist/public')

const sizeOf = (names: string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(FOLDER, name))).length, 0)

let preloads: Record<string, string[]>
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  preloads = JSON.parse(readFileSync(join(FOLDER, 'preloads.json'), 'utf8'))
})

test('every page has its own script and a small initial download', () => {
  expect(Object.keys(preloads).sort()).toEqual(PAGES.map(page => page.name).sort())
  for (const [page, scripts] of Object.entries(preloads)) {
    expect(scripts).toContainEqual(expect.stringMatching(new RegExp(`^/chunks/${page}-page-[0-9A-Z]{8}\\.js$`)))
    if (scripts.length > SCRIPTS_MAX) throw new Error(`${page} loads ${scripts.length} scripts.`)
    const bytes = sizeOf(['index.html', 'app.css', 'app.js', ...scripts])
    if (bytes > FIRST_BYTES_MAX) throw new Error(`${page} loads ${bytes} bytes.`)
  }
})

test('the SQL editor is not part of the initial download', () => {
  const editor = readdirSync(join(FOLDER, 'chunks')).filter(name => /^code-mirror-[0-9A-Z]{8}\.js$/.test(name))
  expect(editor).toHaveLength(1)
  expect(Object.values(preloads).flat()).not.toContain(`/chunks/${editor[0]}`)
  expect(sizeOf([`chunks/${editor[0]}`])).toBeLessThan(EDITOR_BYTES_MAX)
})
