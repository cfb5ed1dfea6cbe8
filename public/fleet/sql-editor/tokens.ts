export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'comment' | 'number' | 'mark'
  text: string
  from: number
  to: number
  /** Its end is missing. */
  isOpen: boolean
}

/** SQLite's lexical rules as far as an editor needs them: https://www.sqlite.org/lang_keywords.html, "identifiers". */
const TOKEN =
  /(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)|(?<string>'(?:[^']|'')*'?)|(?<quoted>"(?:[^"]|"")*"?|`[^`]*`?|\[[^\]]*\]?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>\d[\w.]*)|(?<mark>\S)/gu

const KINDS = ['comment', 'string', 'quoted', 'word', 'number', 'mark'] as const

export function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)].map(match => {
    const [text] = match
    const kind = KINDS.find(name => match.groups?.[name] !== undefined) ?? 'mark'
    return { kind, text, from: match.index, to: match.index + text.length, isOpen: isOpen(kind, text) }
  })
}

const CLOSING: Record<string, string> = { "'": "'", '"': '"', '`': '`', '[': ']' }

function isOpen(kind: Token['kind'], text: string) {
  if (kind === 'comment') return text.startsWith('--') || !(text.length >= 4 && text.endsWith('*/'))
  const close = CLOSING[text[0] ?? '']
  if ((kind !== 'string' && kind !== 'quoted') || close === undefined) return false
  if (close === ']' || close === '`') return text.length < 2 || !text.endsWith(close)
  return (text.split(close).length - 1) % 2 === 1 // a doubled quote stands for itself
}

/** What a name says without its quotes, in lower case: SQLite does not tell `PID` from `pid`. */
export function nameOf({ kind, text }: Token): string {
  if (kind !== 'quoted') return text.toLowerCase()
  return text.slice(1, CLOSING[text[0] ?? ''] === text.at(-1) ? -1 : undefined).toLowerCase()
}
