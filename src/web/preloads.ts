import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Written by scripts/bundle.mjs: for each page the scripts that it needs besides `app.js`. */
const FILE = 'preloads.json'

/**
 * The `Link` header (RFC 8288) by which a browser fetches the scripts of a page at the same time as `app.js`, instead of one after the
 * other. Read anew each time, because the pages may be built while the server runs.
 * @returns undefined when nothing is known of the page; it then loads a little later
 */
export async function preloadHeader(publicDir: string, page: string): Promise<string | undefined> {
  const scripts = (await readPreloads(publicDir))[page]
  return scripts?.map(script => `<${script}>; rel=modulepreload`).join(', ')
}

async function readPreloads(publicDir: string): Promise<Record<string, string[]>> {
  try {
    return JSON.parse(await readFile(join(publicDir, FILE), 'utf8'))
  } catch {
    return {} // not built, or just being built: pages work without
  }
}
