import { nameOf, type Token, tokensOf } from './tokens'

/** A table as a statement uses it. */
export interface Source {
  table: string
  /** The name that qualifies its columns; the name of the table if it has no alias. */
  alias: string
}

export interface Statement {
  from: number
  to: number
  /** Without comments. */
  tokens: Token[]
  sources: Source[]
  /** Names of its common table expressions: `with recent as (...)`. */
  ctes: string[]
}

/** Splits a text at semicolons into statements; empty ones are left out. */
export function statementsOf(sql: string): Statement[] {
  const parts: Array<{ from: number; to: number; tokens: Token[] }> = []
  let tokens: Token[] = []
  let from = 0
  for (const token of tokensOf(sql)) {
    if (token.kind === 'comment') continue
    if (token.text !== ';') {
      tokens.push(token)
      continue
    }
    parts.push({ from, to: token.from, tokens })
    tokens = []
    from = token.to
  }
  parts.push({ from, to: sql.length, tokens })
  return parts
    .filter(part => part.tokens.length > 0)
    .map(part => ({ ...part, sources: sourcesOf(part.tokens), ctes: ctesOf(part.tokens) }))
}

/** Keywords that can follow a table, and so are not aliases. */
const AFTER_TABLE = new Set(
  'where on using join inner left right full outer cross natural group order having limit offset union intersect except window as set from values select indexed not'.split(
    ' ',
  ),
)
const OPENS_TABLES = new Set(['from', 'join'])

export const isWord = (token: Token | undefined, ...words: string[]) =>
  token?.kind === 'word' && words.includes(token.text.toLowerCase())

const isName = (token: Token | undefined): token is Token =>
  token !== undefined && (token.kind === 'quoted' || (token.kind === 'word' && !AFTER_TABLE.has(nameOf(token))))

function sourcesOf(tokens: readonly Token[]): Source[] {
  const sources: Source[] = []
  for (let at = 0; at < tokens.length; at++) {
    if (!isTablePlace(tokens, at) || !isName(tokens[at])) continue
    const table = tokens[at]
    const isCalled = tokens[at + 1]?.text === '(' // a table-valued function, such as json_each
    if (!table || isCalled) continue
    const after = isWord(tokens[at + 1], 'as') ? tokens[at + 2] : tokens[at + 1]
    sources.push({ table: nameOf(table), alias: nameOf(isName(after) ? after : table) })
  }
  return sources
}

/** Whether the token at this index is a table name: after `from`, `join`, or a comma between tables. */
export function isTablePlace(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  if (before?.kind === 'word') return OPENS_TABLES.has(nameOf(before))
  if (before?.text !== ',') return before?.text === '(' && isTablePlace(tokens, at - 1)
  return isInTableList(tokens, at - 1)
}

/** Whether a comma separates tables: searches backwards, skipping parentheses, for the keyword that starts the list. */
function isInTableList(tokens: readonly Token[], comma: number): boolean {
  let depth = 0
  for (let at = comma - 1; at >= 0; at--) {
    const token = tokens[at]
    if (token?.text === ')') depth++
    else if (token?.text === '(' && --depth < 0) return false
    else if (depth === 0 && token?.kind === 'word') {
      const word = nameOf(token)
      if (OPENS_TABLES.has(word)) return true
      if (word === 'where' || word === 'select' || word === 'by' || word === 'set' || word === 'having') return false
    }
  }
  return false
}

function ctesOf(tokens: readonly Token[]): string[] {
  if (!tokens.some(token => isWord(token, 'with'))) return []
  return tokens.flatMap((token, at) => {
    const isCte = isWord(tokens[at + 1], 'as') && tokens[at + 2]?.text === '('
    return isName(token) && isCte ? [nameOf(token)] : []
  })
}
