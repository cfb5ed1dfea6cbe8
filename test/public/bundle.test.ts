import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../../src/base/root'

const BYTES_MAX = 150_000

test('all that a page loads is small when compressed', async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  const folder = join(ROOT, 'dist/public')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    /\.(js|css|html|svg)$/.test(name),
  )
  expect(files).toEqual(expect.arrayContaining(['app.js', 'app.css', 'index.html']))
  const sizes = files.map(name => gzipSync(readFileSync(join(folder, name))).length)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_MAX)
})
