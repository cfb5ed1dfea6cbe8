import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { withLock } from './lock.mjs'
import { giveUp, ROOT } from './root.mjs'

const DIST = join(ROOT, 'dist')
const STAMP = join(DIST, '.stamp')
/** Compiled file by file for Node. */
const SERVER = ['src', 'workers', 'load', 'text']
/** Bundled into one file, because it is loaded for each command. */
const COMMAND_LINE = 'cli/main.ts'
/** Bundled for browsers: source and output in dist/public. The library is one self-contained file. */
const LIBRARY = [{ in: 'public/client/global.ts', out: 'client/tailrace' }]
const PAGES = [
  { in: 'public/app.tsx', out: 'app' },
  { in: 'public/css/app.css', out: 'app' },
]
/** Injected into each page: a chunk that all of them share. */
const SHARED = 'public/shared.ts'
/** Loaded by pages on demand; file names contain a content hash. */
const CHUNKS = 'chunks'
const SOURCE = /\.(tsx?|json|css)$/

/**
 * Builds dist/ if the sources have changed.
 * @returns {Promise<boolean>} whether anything was built
 */
export async function build() {
  if (isFresh()) return false
  return withLock(async () => {
    if (isFresh()) return false
    const { build: esbuild, stop } = await import('esbuild')
    const stamp = stampOf()
    const server = SERVER.flatMap(filesBelow).filter(file => file.endsWith('.ts'))
    const assets = filesBelow('public').filter(file => !SOURCE.test(file))
    const [pages] = await Promise.all([
      esbuild(splitOptions()),
      esbuild(pageOptions(LIBRARY)),
      esbuild(serverOptions(server)),
      esbuild(commandLineOptions()),
    ]).finally(stop) // ends esbuild's child process
    for (const file of assets) copyAsset(file)
    chmodSync(join(DIST, 'cli/main.js'), 0o755)
    removeStaleFiles(server)
    removeStaleChunks(Object.keys(pages.metafile.outputs))
    writeFileSync(join(DIST, 'public/preloads.json'), JSON.stringify(preloadsOf(pages.metafile.outputs)))
    writeFileSync(STAMP, stamp)
    return true
  })
}

/** Like `build`, but exits if the sources have errors, which esbuild prints. */
export async function mustBuild() {
  try {
    return await build()
  } catch (error) {
    if (!error.errors) throw error
    return giveUp('Tailrace cannot be built.')
  }
}

const common = { absWorkingDir: ROOT, sourcemap: true, logLevel: 'warning' }

const serverOptions = files => ({
  ...common,
  entryPoints: files,
  outdir: DIST,
  outbase: ROOT,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
})

const commandLineOptions = () => ({
  ...common,
  entryPoints: [COMMAND_LINE],
  outdir: join(DIST, 'cli'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
})

const pageOptions = pages => ({
  ...common,
  entryPoints: pages.filter(page => existsSync(join(ROOT, page.in))),
  outdir: join(DIST, 'public'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.woff2': 'file' },
  assetNames: `${CHUNKS}/[name]-[hash]`,
  define: { 'process.env.NODE_ENV': '"production"' },
})

const splitOptions = () => ({
  ...pageOptions(PAGES),
  splitting: true,
  inject: [SHARED],
  chunkNames: `${CHUNKS}/[name]-[hash]`,
  metafile: true,
})

/** URLs of the scripts that each page needs besides app.js; src/web/preloads.ts sends them to browsers. */
function preloadsOf(outputs) {
  const needs = (file, found = new Set()) => {
    if (found.has(file)) return found
    found.add(file)
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') needs(path, found)
    return found
  }
  const shared = needs('dist/public/app.js')
  const preloads = {}
  for (const [file, { entryPoint = '' }] of Object.entries(outputs)) {
    const page = /^public\/pages\/(.+)-page\.tsx$/.exec(entryPoint)?.[1]
    if (!page) continue
    const scripts = new Set([...shared, ...needs(file)])
    scripts.delete('dist/public/app.js')
    preloads[page] = [...scripts].map(script => script.slice('dist/public'.length))
  }
  return preloads
}

function copyAsset(file) {
  const to = join(DIST, file)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(join(ROOT, file), to)
}

/** Removes outputs of files that were deleted or renamed. */
function removeStaleFiles(server) {
  const wanted = new Set(server.map(file => join('dist', file.replace(/\.ts$/, '.js'))))
  for (const file of SERVER.flatMap(folder => filesBelow(join('dist', folder)))) {
    if (!wanted.has(file.replace(/\.map$/, ''))) rmSync(join(ROOT, file))
  }
}

function removeStaleChunks(made) {
  const wanted = new Set(made)
  for (const file of filesBelow(join('dist/public', CHUNKS))) if (!wanted.has(file)) rmSync(join(ROOT, file))
}

function isFresh() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stampOf()
}

/** Changes whenever a source, the packages or this script change. */
function stampOf() {
  const files = [...SERVER, 'cli', 'public'].flatMap(filesBelow)
  const hash = createHash('sha256')
  for (const file of [...files, 'package-lock.json', 'scripts/bundle.mjs']) {
    const { size, mtimeMs } = statSync(join(ROOT, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort()
}
