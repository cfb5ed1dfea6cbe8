export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'comment' | 'number' | 'mark'
  text: string
  from: number
  to: number
  /** Whether its closing delimiter is missing. */
  isUnterminated: boolean
}

/** The lexical rules of SQLite that an editor needs: https://www.sqlite.org/lang_keywords.html, "identifiers". */
const TOKEN =
  /(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)|(?<string>'(?:[^']|'')*'?)|(?<quoted>"(?:[^"]|"")*"?|`[^`]*`?|\[[^\]]*\]?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>\d[\w.]*)|(?<mark>\S)/gu

const KINDS = ['comment', 'string', 'quoted', 'word', 'number', 'mark'] as const

export function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)].map(match => {
    const [text] = match
    const kind = KINDS.find(name => match.groups?.[name] !== undefined) ?? 'mark'
    return { kind, text, from: match.index, to: match.index + text.length, isUnterminated: isUnterminated(kind, text) }
  })
}

const CLOSING: Record<string, string> = { "'": "'", '"': '"', '`': '`', '[': ']' }

function isUnterminated(kind: Token['kind'], text: string) {
  if (kind === 'comment') return text.startsWith('--') || !(text.length >= 4 && text.endsWith('*/'))
  const close = CLOSING[text[0] ?? '']
  if ((kind !== 'string' && kind !== 'quoted') || close === undefined) return false
  if (close === ']' || close === '`') return text.length < 2 || !text.endsWith(close)
  return (text.split(close).length - 1) % 2 === 1 // a doubled quote is an escaped one
}

/** A name without its quotes, in lower case because names are case-insensitive in SQLite. */
export function nameOf({ kind, text }: Token): string {
  if (kind !== 'quoted') return text.toLowerCase()
  return text.slice(1, CLOSING[text[0] ?? ''] === text.at(-1) ? -1 : undefined).toLowerCase()
}
