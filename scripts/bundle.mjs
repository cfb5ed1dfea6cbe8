import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compressFiles } from './compress.mjs'
import { withLock } from './lock.mjs'
import { giveUp, ROOT } from './root.mjs'

const DIST = join(ROOT, 'dist')
const STAMP = join(DIST, '.stamp')
/** Compiled file by file for Node. */
const SERVER = ['src', 'agent', 'workers', 'load', 'text']
/** Bundled into one file without packages: loading a thousand small files would take half of the time to start. */
const PROGRAM = 'src/main.ts'
/** Bundled into one file, because it is loaded for each command, and the agent into another, which only it needs. */
const COMMAND_LINE = [
  { in: 'cli/main.ts', out: 'main' },
  { in: 'agent/index.ts', out: 'agent' },
]
/** Bundled for browsers: source and output in dist/public. The library is one self-contained file. */
const PUBLIC = 'dist/public'
const LIBRARY = [{ in: 'public/client/global.ts', out: 'client/tailrace' }]
const PAGES = [
  { in: 'public/app.tsx', out: 'app' },
  { in: 'public/css/app.css', out: 'app' },
  { in: 'public/icon.svg', out: 'icon' },
]
/** The API documentation page, which shares no code with the other pages. */
const REDOC = 'node_modules/redoc/bundles/redoc.standalone.js'
const DOCS = [
  { in: 'public/docs/docs.ts', out: 'docs' },
  { in: 'public/docs/docs.css', out: 'docs' },
  { in: REDOC, out: 'redoc' },
  { in: `${REDOC}.LICENSE.txt`, out: 'redoc-licenses' },
]
/** Injected into each page: a chunk that all of them share. */
const SHARED = 'public/shared.ts'
/** HTML pages, which refer to scripts and styles by their names without hash: source and output in dist/public. */
const TEMPLATES = [
  { in: 'public/index.html', out: 'index.html' },
  { in: 'public/docs/docs.html', out: 'docs.html' },
]

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
    const [pages, docs, library] = await Promise.all([
      esbuild(splitOptions()),
      esbuild(docsOptions()),
      esbuild(pageOptions(LIBRARY)),
      esbuild(serverOptions(server.filter(file => file !== PROGRAM))),
      esbuild(programOptions()),
      esbuild(commandLineOptions()),
    ]).finally(stop) // ends esbuild's child process
    chmodSync(join(DIST, 'cli/main.js'), 0o755)
    removeStaleFiles(server)
    const files = [pages, docs, library].flatMap(({ metafile }) => Object.keys(metafile.outputs))
    const texts = {
      'preloads.json': JSON.stringify(preloadsOf(pages.metafile.outputs)),
      'icon.svg': readFileSync(join(ROOT, 'public/icon.svg')), // for pages that the build does not make
      ...pagesWith(files),
    }
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(ROOT, PUBLIC, name), text)
    const made = [...files, ...Object.keys(texts).map(name => `${PUBLIC}/${name}`)]
    removeStaleAssets([...made, ...(await compressFiles(made))])
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

const forNode = { ...common, format: 'cjs', platform: 'node', target: 'node20' }

const serverOptions = files => ({ ...forNode, entryPoints: files, outdir: DIST, outbase: ROOT })

const programOptions = () => ({
  ...forNode,
  entryPoints: [PROGRAM],
  outdir: join(DIST, 'src'),
  bundle: true,
  packages: 'external',
  sourcesContent: false, // a stack trace needs only the positions
})

const commandLineOptions = () => ({
  ...forNode,
  entryPoints: COMMAND_LINE,
  outdir: join(DIST, 'cli'),
  bundle: true,
  plugins: [agentApart],
})

/** The command line loads the agent from its own file. */
const agentApart = {
  name: 'agent-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/agent\/index\.js$/ }, () => ({ path: './agent.js', external: true }))
  },
}

const LOADERS = { '.svg': 'copy', '.woff2': 'file' }

const pageOptions = pages => ({
  ...common,
  entryPoints: pages.filter(page => existsSync(join(ROOT, page.in))),
  outdir: join(ROOT, PUBLIC),
  bundle: true,
  metafile: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: LOADERS,
  // src/web/files.ts lets browsers cache files with a hash in their name for ever
  assetNames: 'chunks/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
})

const splitOptions = () => ({
  ...pageOptions(PAGES),
  splitting: true,
  inject: [SHARED],
  entryNames: '[name]-[hash]',
  chunkNames: 'chunks/[name]-[hash]',
  loader: { ...LOADERS, '.txt': 'text' },
  plugins: [stylesOfPages],
})

/**
 * `*.page.css` becomes a script that adds it to the page. So only pages that import it load it, and with their own
 * scripts. It comes after the styles of the shell.
 */
const stylesOfPages = {
  name: 'styles-of-pages',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /\.page\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), {
        ...{ loader: 'css', minify: true, target: 'es2022' },
      })
      const contents = `const sheet = new CSSStyleSheet()
        sheet.replaceSync(${JSON.stringify(code.trim())})
        document.adoptedStyleSheets.push(sheet)`
      return { contents, loader: 'js' }
    })
  },
}

const docsOptions = () => ({
  ...pageOptions(DOCS),
  entryNames: '[name]-[hash]',
  loader: { '.txt': 'copy' },
  plugins: [redocWithoutLogo],
})

/** Redoc unchanged, except for the vendor's logo, which it would load from the vendor's server. */
const redocWithoutLogo = {
  name: 'redoc-without-logo',
  setup({ onLoad }) {
    onLoad({ filter: /redoc\.standalone\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8')
      const [logo] = /"https:\/\/cdn\.redoc\.ly\/[^"]+"/.exec(code) ?? []
      if (!logo)
        throw new Error(`${REDOC} has another URL for its logo: make sure that it loads nothing from other servers.`)
      return { contents: code.replace(logo, '"data:,"').replace(/\n\/\/# sourceMappingURL=.*\s*$/, ''), loader: 'copy' }
    })
  },
}

/** The HTML pages with the hashed names of their scripts and styles, by file name. */
function pagesWith(files) {
  const nameOf = (template, name, type) => {
    const made = files.find(file => new RegExp(`^${PUBLIC}/${name}-[0-9A-Z]{8}\\.${type}$`).test(file))
    if (!made) throw new Error(`${template} refers to /${name}.${type}, which is not built.`)
    return `"${made.slice(PUBLIC.length)}"`
  }
  const pages = TEMPLATES.map(page => {
    const text = readFileSync(join(ROOT, page.in), 'utf8')
    return [page.out, text.replace(/"\/(\w+)\.(js|css|svg)"/g, (_, name, type) => nameOf(page.in, name, type))]
  })
  return Object.fromEntries(pages)
}

/** URLs of the scripts that each page needs besides that of the app; src/web/preloads.ts sends them to browsers. */
function preloadsOf(outputs) {
  const needs = (file, found = new Set()) => {
    if (found.has(file)) return found
    found.add(file)
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') needs(path, found)
    return found
  }
  const [app] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'public/app.tsx')
  const shared = needs(app)
  const preloads = {}
  for (const [file, { entryPoint = '' }] of Object.entries(outputs)) {
    const page = /^public\/pages\/(.+)-page\.tsx$/.exec(entryPoint)?.[1]
    if (!page) continue
    const scripts = new Set([...shared, ...needs(file)])
    scripts.delete(app)
    preloads[page] = [...scripts].map(script => script.slice(PUBLIC.length))
  }
  return preloads
}

/** Removes outputs of files that were deleted or renamed. */
function removeStaleFiles(server) {
  const wanted = new Set(server.map(file => join('dist', file.replace(/\.ts$/, '.js'))))
  for (const file of SERVER.flatMap(folder => filesBelow(join('dist', folder)))) {
    if (!wanted.has(file.replace(/\.map$/, ''))) rmSync(join(ROOT, file))
  }
}

/** Removes what earlier builds left: names change with the content. */
function removeStaleAssets(made) {
  const wanted = new Set(made)
  for (const file of filesBelow(PUBLIC)) if (!wanted.has(file)) rmSync(join(ROOT, file))
}

function isFresh() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stampOf()
}

/** Changes whenever a source, the packages or this script change. */
function stampOf() {
  const files = [...SERVER, 'cli', 'public'].flatMap(filesBelow)
  const hash = createHash('sha256')
  for (const file of [...files, 'package-lock.json', 'scripts/bundle.mjs', 'scripts/compress.mjs']) {
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
