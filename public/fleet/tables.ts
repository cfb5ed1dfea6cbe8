export interface Column {
  name: string
  type: string
  /** Without a condition on one of these the table answers nothing. */
  isRequired: boolean
  /** Left out of `select *`. */
  isHidden: boolean
  /** Where alone it is filled; nothing: wherever the table is. */
  platforms: Platform[]
}

export type Platform = 'darwin' | 'linux' | 'windows'

export interface Table {
  name: string
  platforms: Platform[]
  /** Filled by events; empty while the agent does not collect them. */
  isEvented: boolean
  columns: Column[]
}

export interface Schema {
  /** Of the osquery release. */
  version: string
  tables: Table[]
  byName: ReadonlyMap<string, Table>
}

const PLATFORM: Record<string, Platform> = { d: 'darwin', l: 'linux', w: 'windows' }
export const PLATFORM_NAMES: Record<Platform, string> = { darwin: 'macOS', linux: 'Linux', windows: 'Windows' }

/** Reads osquery-tables.txt, whose head tells the form of its lines. */
export function schemaOf(text: string): Schema {
  const lines = text.split('\n').filter(line => line !== '')
  const tables = lines.filter(line => !line.startsWith('#')).map(tableOf)
  return {
    version: /osquery (\d[\w.]*\w)/.exec(lines[0] ?? '')?.[1] ?? '',
    tables,
    byName: new Map(tables.map(table => [table.name, table])),
  }
}

function tableOf(line: string): Table {
  const [name = '', flags = '', ...columns] = line.split(' ')
  return {
    name,
    platforms: platformsIn(flags),
    isEvented: flags.includes('e'),
    columns: columns.map(columnOf),
  }
}

function columnOf(text: string): Column {
  const [, name = '', type = '', marks = '', letters = ''] = /^([^:]+):(\w+)([!~]*)(?:@(\w+))?$/.exec(text) ?? []
  const [isRequired, isHidden] = [marks.includes('!'), marks.includes('~')]
  return { name, type, isRequired, isHidden, platforms: platformsIn(letters) }
}

const platformsIn = (letters: string) => [...letters].flatMap(letter => PLATFORM[letter] ?? [])

/** In words: `macOS, Linux`. */
export const platformNames = (platforms: readonly Platform[]) =>
  platforms.map(platform => PLATFORM_NAMES[platform]).join(', ')

/** What a search finds: tables whose name has all the words (first those that begin so), then those with such a column. */
export function findTables(tables: readonly Table[], typed: string): Table[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...tables]
  const hasAll = (text: string) => words.every(word => text.includes(word))
  const isBegun = ({ name }: Table) => Number(name.startsWith(words[0] ?? ''))
  const byName = tables.filter(({ name }) => hasAll(name)).sort((a, b) => isBegun(b) - isBegun(a))
  const found = new Set(byName)
  return [...byName, ...tables.filter(table => !found.has(table) && table.columns.some(({ name }) => hasAll(name)))]
}

let loading: Promise<Schema> | null = null

/** The tables of osquery, fetched once per visit. */
export function loadSchema(): Promise<Schema> {
  loading ??= fetch('/fleet/osquery-tables.txt')
    .then(response => {
      if (!response.ok) throw new Error(`The list of tables cannot be read (${response.status}).`)
      return response.text()
    })
    .then(schemaOf)
    .catch(error => {
      loading = null
      throw error
    })
  return loading
}
