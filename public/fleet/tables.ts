import { importAgain } from '../import-again'

export interface Column {
  name: string
  type: string
  /** The table returns no rows without a condition on one of its required columns. */
  isRequired: boolean
  /** Not included in `select *`. */
  isHidden: boolean
  /** Platforms that have the column; empty if all platforms of the table do. */
  platforms: Platform[]
}

export type Platform = 'darwin' | 'linux' | 'windows'

export interface Table {
  name: string
  platforms: Platform[]
  /** Contains events; empty unless the agent collects them. */
  isEvented: boolean
  columns: Column[]
}

export interface Schema {
  /** The osquery release. */
  version: string
  tables: Table[]
  byName: ReadonlyMap<string, Table>
}

const PLATFORM: Record<string, Platform> = { d: 'darwin', l: 'linux', w: 'windows' }
export const PLATFORM_NAMES: Record<Platform, string> = { darwin: 'macOS', linux: 'Linux', windows: 'Windows' }

/** Parses osquery-tables.txt, whose first lines describe its format. */
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

/** `macOS, Linux` */
export const platformNames = (platforms: readonly Platform[]) =>
  platforms.map(platform => PLATFORM_NAMES[platform]).join(', ')

/** Tables whose names contain all words, prefix matches first, followed by tables with a matching column. */
export function findTables(tables: readonly Table[], typed: string): Table[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...tables]
  const hasAll = (text: string) => words.every(word => text.includes(word))
  const isPrefix = ({ name }: Table) => Number(name.startsWith(words[0] ?? ''))
  const byName = tables.filter(({ name }) => hasAll(name)).sort((a, b) => isPrefix(b) - isPrefix(a))
  const found = new Set(byName)
  return [...byName, ...tables.filter(table => !found.has(table) && table.columns.some(({ name }) => hasAll(name)))]
}

let loading: Promise<Schema> | null = null

/** Loads the osquery tables, once per page load and only where they are needed. */
export function loadSchema(): Promise<Schema> {
  loading ??= importAgain(() => import('./osquery-tables.txt'))
    .then(({ default: text }) => schemaOf(text))
    .catch(error => {
      loading = null
      throw error
    })
  return loading
}
