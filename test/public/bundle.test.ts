import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { ROOT } from '../../src/base/root'
import { PAGES } from '../../src/contract/pages'

/** Everything that a page loads before it can be used, with brotli. */
const FIRST_BYTES_MAX = 90_000
const EDITOR_BYTES_MAX = 150_000
/** Browsers open six connections to a server that speaks HTTP/1.1. */
const SCRIPTS_MAX = 16
const FOLDER = join(ROOT, 'dist/public')

const HASHED_NAME = /-[0-9A-Z]{8}\.\w+$/
const read = (name: string) => readFileSync(join(FOLDER, name))
const namesIn = (folder: string) => readdirSync(join(FOLDER, folder))
/** As it is sent: what would not become smaller is not compressed. */
const sizeOf = (names: string[]) =>
  names.reduce((sum, name) => sum + read(existsSync(join(FOLDER, `${name}.br`)) ? `${name}.br` : name).length, 0)
/** What the HTML page itself names. */
const named = () =>
  [
    ...read('index.html')
      .toString()
      .matchAll(/(?:src|href)="\/([^"]+)"/g),
  ].map(([, name = '']) => name)

let preloads: Record<string, string[]>
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  preloads = JSON.parse(readFileSync(join(FOLDER, 'preloads.json'), 'utf8'))
})

test('the icon also has an address without a hash, for pages of refusals', () => {
  expect(read('icon.svg')).toEqual(readFileSync(join(ROOT, 'public/icon.svg')))
})

test('every page has its own script and a small initial download', () => {
  expect(Object.keys(preloads).sort()).toEqual(PAGES.map(page => page.name).sort())
  for (const [page, scripts] of Object.entries(preloads)) {
    expect(scripts).toContainEqual(expect.stringMatching(new RegExp(`^/chunks/${page}-page-[0-9A-Z]{8}\\.js$`)))
    if (scripts.length > SCRIPTS_MAX) throw new Error(`${page} loads ${scripts.length} scripts.`)
    const bytes = sizeOf(['index.html', ...named(), ...scripts])
    if (bytes > FIRST_BYTES_MAX) throw new Error(`${page} loads ${bytes} bytes.`)
  }
})

test('the SQL editor is not part of the initial download', () => {
  const parts = namesIn('chunks').filter(name => /^(code-mirror|osquery-tables)-[0-9A-Z]{8}\.js$/.test(name))
  expect(parts).toHaveLength(2)
  for (const part of parts) expect(Object.values(preloads).flat()).not.toContain(`/chunks/${part}`)
  expect(sizeOf(parts.map(part => `chunks/${part}`))).toBeLessThan(EDITOR_BYTES_MAX)
})

test('every file that a page loads has a content hash in its name', () => {
  const types = named().map(name => name.replace(/^.*\./, ''))
  expect(types.sort()).toEqual(['css', 'js', 'svg'])
  for (const name of [...named(), ...Object.values(preloads).flat()]) expect(name).toMatch(HASHED_NAME)
})

test('scripts and styles have compressed variants with the same content', () => {
  const all = [...named(), 'client/tailrace.js', ...namesIn('chunks').map(name => `chunks/${name}`)]
  const texts = all.filter(name => /\.(js|css|svg)$/.test(name))
  const missing = texts.filter(name => !existsSync(join(FOLDER, `${name}.br`)) && read(name).length > 1_000)
  expect(missing).toEqual([])
  for (const name of texts.filter(text => existsSync(join(FOLDER, `${text}.br`)))) {
    expect([name, brotliDecompressSync(read(`${name}.br`)).equals(read(name))]).toEqual([name, true])
  }
  for (const name of texts.filter(text => existsSync(join(FOLDER, `${text}.gz`)))) {
    expect([name, gunzipSync(read(`${name}.gz`)).equals(read(name))]).toEqual([name, true])
  }
})
