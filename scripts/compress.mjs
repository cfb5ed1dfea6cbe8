import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { ROOT } from './root.mjs'

const TEXT = /\.(html|js|css|svg)$/
const HASHED_NAME = /-[0-9A-Z]{8}\.\w+$/
/** By file suffix. Files are compressed once and sent often, so at the highest level. */
const CODINGS = {
  '.br': text => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
  '.gz': text => promisify(gzip)(text, { level: constants.Z_BEST_COMPRESSION }),
}

/**
 * Writes compressed variants next to pages, scripts and styles (`app.css.br`), unless they would be larger. src/web/files.ts
 * serves them. Existing variants of files with a hash in their name are kept, because such files never change.
 * @param {string[]} files relative to the project root; source maps are skipped, since only developer tools load them
 * @returns {Promise<string[]>} paths of the variants
 */
export async function compressFiles(files) {
  const made = await Promise.all(files.filter(file => TEXT.test(file)).map(compressFile))
  return made.flat()
}

async function compressFile(file) {
  const text = await readFile(join(ROOT, file))
  const made = await Promise.all(
    Object.entries(CODINGS).map(async ([suffix, compress]) => {
      const path = join(ROOT, file + suffix)
      if (HASHED_NAME.test(file) && existsSync(path)) return file + suffix
      const compressed = await compress(text)
      if (compressed.length >= text.length) return undefined
      await writeFile(`${path}.part`, compressed)
      await rename(`${path}.part`, path) // atomic: an interrupted build must not leave a partial file
      return file + suffix
    }),
  )
  return made.filter(name => name !== undefined)
}
