import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../../src/base/root'

/** Of what every page loads, and of the editor, which comes where SQL is written. */
const BYTES_MAX = 150_000
const CHUNK_BYTES_MAX = 180_000

test('all that a page loads is small when compressed, and the editor comes apart from it', async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  const folder = join(ROOT, 'dist/public')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    /\.(js|css|html|svg)$/.test(name),
  )
  expect(files).toEqual(expect.arrayContaining(['app.js', 'app.css', 'index.html']))
  const chunks = files.filter(name => name.startsWith('chunks/'))
  const sizeOf = (names: string[]) =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
  expect(sizeOf(files.filter(name => !chunks.includes(name)))).toBeLessThan(BYTES_MAX)
  expect(chunks).toEqual([expect.stringMatching(/^chunks\/code-mirror-[0-9A-Z]{8}\.js$/)])
  expect(sizeOf(chunks)).toBeLessThan(CHUNK_BYTES_MAX)
})
