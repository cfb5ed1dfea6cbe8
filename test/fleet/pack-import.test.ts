import { runsOn } from '../../src/fleet/platform'
import { importPacks } from '../../src/fleet/schedules/pack-import'

const QUERY = { query: 'select 1', interval: 60 }
const pack = (queries: object = { up: QUERY }) => ({ queries })
const read = (value: unknown) => importPacks('given', JSON.stringify(value))
const messages = (list: { path: string; message: string }[]) => list.map(({ path, message }) => `${path} ${message}`)

test('a configuration is imported with its packs, and everything else in it is listed', () => {
  const sections = {
    options: { logger_plugin: 'tls', host_identifier: 'uuid' },
    decorators: { load: ['select 1'] },
    file_paths: { etc: ['/etc/%%'] },
    exclude_paths: { etc: ['/etc/x'] },
    file_accesses: ['etc'],
    events: { disable_subscribers: ['yara_events'] },
    auto_table_construction: { a_table: {} },
    views: { a_view: 'select 1' },
    feature_vectors: { character_frequencies: [1] },
    yara: { signatures: {} },
    prometheus_targets: { timeout: 5 },
    something_new: [1],
  }
  const { packs, faults, warnings } = read({
    ...sections,
    schedule: { up: QUERY },
    packs: { inline: pack(), elsewhere: '/etc/osquery/packs/it.conf', '*': '/etc/packs/*', empty: {} },
  })
  expect(faults).toEqual([])
  expect(packs.map(({ name }) => name)).toEqual(['given', 'inline'])
  const texts = messages(warnings)
  for (const section of Object.keys(sections))
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^body.content.${section} Line 1: .*"${section}"`)))
  expect(texts).toContainEqual(expect.stringContaining('logger_plugin, host_identifier'))
  expect(texts).toContainEqual(expect.stringContaining('/etc/osquery/packs/it.conf'))
  expect(texts).toContainEqual(expect.stringContaining('/etc/packs/*'))
  expect(texts).toContainEqual(expect.stringMatching(/^body.content.packs.empty .*no queries/))
  expect(texts).toHaveLength(Object.keys(sections).length + 3)
})

test('packs below "*" are imported like those beside it', () => {
  const several = { a: pack(), b: pack({ down: QUERY }), c: '/etc/c.conf', d: {} }
  const { packs, faults, warnings } = read({ packs: { own: pack(), '*': several } })
  expect(faults).toEqual([])
  expect(packs.map(({ name }) => name)).toEqual(['own', 'a', 'b'])
  expect(warnings.map(({ path }) => path)).toEqual(['body.content.packs.*.c', 'body.content.packs.*.d'])
  const twice = read({ packs: { a: pack(), '*': { a: pack() } } })
  expect(twice.faults).toEqual([{ path: 'body.content.packs.*.a', message: expect.stringContaining('Two packs') }])
})

test.each(['', 'n'.repeat(201)])('a query with an invalid name is refused: %j', name => {
  const { faults } = read(pack({ [name]: QUERY }))
  expect(faults).toEqual([{ path: `body.content.queries.${name}`, message: expect.stringContaining('1 to 200') }])
  expect(read(pack({ ['n'.repeat(200)]: QUERY })).faults).toEqual([])
})

test('empty sections cause no warning', () => {
  expect(read({ options: {}, views: null, events: [], packs: { a: pack() } }).warnings).toEqual([])
})

test('sections beside packs at the top level are listed, too', () => {
  const { packs, warnings } = read({ a: pack(), options: { verbose: true }, b: '/b.conf' })
  expect(packs).toHaveLength(1)
  expect(warnings.map(({ path }) => path)).toEqual(['body.content.options', 'body.content.b'])
})

test('other fields of a pack are kept', () => {
  const { packs, warnings } = read({ ...pack(), file_paths: { etc: ['/etc/%%'] }, oncall: 'us' })
  expect(packs[0]?.content).toMatchObject({ file_paths: { etc: ['/etc/%%'] }, oncall: 'us' })
  expect(warnings).toEqual([])
})

test.each([
  [{ schedule: [QUERY] }, 'body.content.schedule'],
  [{ schedule: { up: QUERY }, packs: ['a'] }, 'body.content.packs'],
  [{ schedule: { up: QUERY }, packs: { given: pack() } }, 'body.content.packs.given'],
  [{ ...pack(), schedule: { up: QUERY } }, 'body.content.schedule'],
])('%j is refused instead of read in part', (value, path) => {
  expect(read(value).faults).toEqual([{ path, message: expect.any(String) }])
})

test('a name that occurs twice in one object is reported', () => {
  const { packs, warnings } = importPacks('x', '{"queries": {\n"a": {"query": "1"},\n"a": {"query": "2"}}}')
  expect(packs[0]?.content.queries.a?.query).toBe('2')
  expect(messages(warnings)).toEqual([
    expect.stringMatching(/^body.content.queries.a Line \d: "a" occurs more than once/),
  ])
})

test('warnings beyond the limit are counted', () => {
  const sections = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`section_${i}`, [1]]))
  const { warnings } = read({ ...sections, schedule: { up: QUERY } })
  expect(warnings).toHaveLength(101)
  expect(warnings.at(-1)?.message).toBe('And 30 more.')
})

test.each(['query.users', 'cache.users', 'config_views.users', 'users_epoch', 'counter'])(
  'a query or pack called %s is refused, because agents skip it without a word',
  name => {
    const expected = [expect.stringMatching(/^body\.content\.\S+ Line 1: Agents skip .* choose another name/)]
    expect(messages(read({ packs: { a: pack({ [name]: QUERY }) } }).faults)).toEqual(expected)
    expect(messages(read({ packs: { [name]: pack() } }).faults)).toEqual(expected)
  },
)

test('a pack that is called "*" with queries is refused, because agents take it for several packs', () => {
  expect(messages(read({ packs: { '*': pack() } }).faults)).toEqual([expect.stringContaining('list of packs')])
})

test.each([
  ['darwin', 'darwin', 0],
  ['Darwin', 'darwin', 0],
  ['linux,windows', 'linux,windows', 0],
  ['ubuntu', 'ubuntu', 0],
  ['posix', 'posix', 0],
  ['freebsd', 'freebsd', 0],
  ['all', undefined, 0],
  ['', undefined, 0],
  ['null', undefined, 0],
  ['macos', 'darwin', 1],
  ['Mac OS X', 'darwin', 1],
  ['debian', 'linux', 1],
  ['debian, rhel', 'linux', 2],
  ['darwin,chrome', 'darwin', 1],
])('a query for platform %j is given to agents as %j', (platform, given, warnings) => {
  const imported = read(pack({ up: { ...QUERY, platform } }))
  expect(imported.faults).toEqual([])
  expect(imported.packs[0]?.content.queries.up?.platform).toBe(given)
  expect(imported.warnings.map(({ path }) => path)).toEqual(Array(warnings).fill('body.content.queries.up.platform'))
})

test.each(['chrome', 'constructor', 'plan9, beos'])('a query that no agent would run (%s) is refused', platform => {
  const { faults } = read(pack({ up: { ...QUERY, platform } }))
  expect(faults[0]).toEqual({
    path: 'body.content.queries.up.platform',
    message: expect.stringContaining('Agents know darwin, linux, windows'),
  })
})

test.each([
  ['brackets', '['.repeat(500_000)],
  ['objects', `{"queries": ${'{"a": '.repeat(100_000)}`],
])('%s that never end are refused and break nothing', (_what, text) => {
  expect(importPacks('deep', text).faults).toEqual([
    { path: 'body.content', message: expect.stringMatching(/^Line 1: This is nested more than 100 levels deep/) },
  ])
})

test('brackets in strings and comments do not count', () => {
  const text = `{"queries": {"a": {"query": "select '${'['.repeat(500)}\\"${'{'.repeat(500)}'"}}} // ${'['.repeat(500)}`
  expect(importPacks('x', text)).toMatchObject({ faults: [], packs: [{ name: 'x' }] })
  expect(importPacks('x', `/* ${'['.repeat(500)} */ {"queries": {}}`)).toMatchObject({ faults: [] })
})

test.each([
  ['linux,', ['linux']],
  ['darwin linux', ['darwin', 'linux']],
  ['Mac OS X;win', ['darwin', 'windows']],
  ['debian,ubuntu', ['debian', 'linux']],
  ['any', []],
  ['', []],
])('a pack for %j is for hosts of %j', (platform, platforms) => {
  const { packs, warnings } = read({ ...pack(), platform })
  expect(packs[0]?.platforms).toEqual(platforms)
  expect(warnings).toEqual([])
})

test('a platform of a pack that no host can have causes a warning', () => {
  const { packs, warnings } = read({ ...pack(), platform: 'linux,beos' })
  expect(packs[0]?.platforms).toEqual(['linux', 'beos'])
  expect(warnings).toEqual([{ path: 'body.content.platform', message: expect.stringContaining('beos') }])
})

test.each(['darwin', 'macos', 'mac', 'osx'])('a pack for %s is for hosts that call themselves darwin', platform => {
  expect(read({ ...pack(), platform }).packs[0]?.platforms).toEqual(['darwin'])
  expect(runsOn('darwin', [platform])).toBe(true)
  expect(runsOn('debian', [platform])).toBe(false)
})
