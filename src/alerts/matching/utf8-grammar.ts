import type { Matcher } from '../../contract/matchers'
import { unquoted } from './quoted'

/** Characters that a bare word cannot have (Alertmanager since 0.27). */
export const RESERVED = /[\p{White_Space}{}!=~,\\"'`]/u
const TOKEN = /([{},]|=~|!~|!=|=)|"((?:[^"\\]|\\.)*)"|([^\p{White_Space}{}!=~,\\"'`]+)/suy
const SPACE = /\p{White_Space}*/uy

type Token = { sign: string } | { word: string }

/**
 * Matchers in the grammar of Alertmanager 0.27 and later: names and values are bare words or Go strings in double
 * quotes, between optional braces.
 * @returns nothing when the text is not in this grammar
 */
export function readUtf8(text: string): Matcher[] | undefined {
  if (!text.isWellFormed()) return undefined
  const tokens = tokensOf(text)
  if (!tokens) return undefined
  const hasOpen = isSign(tokens[0], '{')
  const hasClose = isSign(tokens.at(-1), '}')
  if (hasOpen !== hasClose || (hasOpen && tokens.length === 1)) return undefined
  return listOf(hasOpen ? tokens.slice(1, -1) : tokens)
}

const isSign = (token: Token | undefined, sign: string) => token !== undefined && 'sign' in token && token.sign === sign

/** At most one comma may follow the last matcher. */
function listOf(tokens: readonly Token[]): Matcher[] | undefined {
  const found: Matcher[] = []
  for (let i = 0; i < tokens.length; i += 4) {
    const [name, op, value, comma] = tokens.slice(i, i + 4)
    if (!name || !op || !value || !('word' in name) || !('sign' in op) || !('word' in value)) return undefined
    if (name.word === '' || !isOperator(op.sign) || (comma && !isSign(comma, ','))) return undefined
    found.push({ name: name.word, op: op.sign, value: value.word })
  }
  return found
}

const isOperator = (sign: string): sign is Matcher['op'] => !'{},'.includes(sign)

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (!match) return undefined
    const [, sign, inQuotes, bare] = match
    const word = inQuotes === undefined ? bare : unquoted(inQuotes)
    if (sign !== undefined) tokens.push({ sign })
    else if (word !== undefined) tokens.push({ word })
    else return undefined
  }
  return tokens
}

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from
  SPACE.exec(text)
  return SPACE.lastIndex
}

/** One matcher without braces. */
export function readUtf8Matcher(text: string): Matcher | undefined {
  if (text.startsWith('{') || text.endsWith('}')) return undefined
  const found = readUtf8(text)
  return found?.length === 1 ? found[0] : undefined
}
