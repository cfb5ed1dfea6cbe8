import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Written by scripts/bundle.mjs: the scripts each page needs besides that of the app. */
const FILE = 'preloads.json'

/**
 * The `Link` header (RFC 8288) that makes a browser fetch the scripts of a page in parallel with that of the app. The file is read
 * each time, because the pages may be rebuilt while the server runs.
 * @returns undefined if the page is not listed; its scripts then load after that of the app
 */
export async function preloadHeader(publicDir: string, page: string): Promise<string | undefined> {
  const scripts = (await readPreloads(publicDir))[page]
  return scripts?.map(script => `<${script}>; rel=modulepreload`).join(', ')
}

async function readPreloads(publicDir: string): Promise<Record<string, string[]>> {
  try {
    return JSON.parse(await readFile(join(publicDir, FILE), 'utf8'))
  } catch {
    return {} // not built yet, or being built: pages work without it
  }
}
