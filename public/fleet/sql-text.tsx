import { type Token, tokensOf } from './sql-editor/tokens'
import { KEYWORDS } from './sql-editor/words'

const WORDS = new Set(KEYWORDS)

/** Read-only SQL in the colors of the editor. */
export function SqlText({ sql }: { sql: string }) {
  let end = 0
  const parts = tokensOf(sql).flatMap(token => {
    const between = sql.slice(end, token.from)
    end = token.to
    return [
      between,
      <span key={token.from} class={classOf(token)}>
        {token.text}
      </span>,
    ]
  })
  return (
    <code class="sql-text">
      {parts}
      {sql.slice(end)}
    </code>
  )
}

function classOf({ kind, text }: Token) {
  if (kind === 'word') return WORDS.has(text.toLowerCase()) ? 'sql-keyword' : undefined
  return kind === 'mark' || kind === 'quoted' ? undefined : `sql-${kind}`
}
