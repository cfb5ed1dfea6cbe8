import { useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { LogModel } from './model'
import type { Matches } from './toolbar'

/** The matches of the search. When lines are appended, only those are searched. */
export function useSearch(model: LogModel) {
  const matches = useSignal<Matches>({ lines: [], current: 0 })
  const seen = useRef({ pattern: null as RegExp | null, store: model.lines, last: 0, count: 0 })
  useSignalEffect(() => {
    void model.version.value
    const pattern = model.pattern.value
    const { lines: store } = model
    const was = seen.current
    const isMore =
      was.pattern === pattern && was.store === store && store.lineCount - was.count === store.lastLine - was.last
    seen.current = { pattern, store, last: store.lastLine, count: store.lineCount }
    const before = matches.peek()
    const found = model.matchesAfter(isMore ? was.last : 0)
    if (isMore && found.length === 0) return
    const isSame = was.pattern === pattern
    matches.value = { lines: isMore ? before.lines.concat(found) : found, current: isSame ? before.current : 0 }
  })
  return matches
}

/** The next or previous match, with wrap-around. Without a current match and none in memory, searches older lines. */
export async function nextMatch(model: LogModel, { lines, current }: Matches, by: 1 | -1): Promise<number> {
  if (!model.pattern.value) return 0
  const outermost = (by === 1 ? lines[0] : lines.at(-1)) ?? 0
  const from = current || (outermost === 0 ? model.lines.lastLine : 0)
  model.follow(false)
  return (from !== 0 && (await model.findMatch(from, current === 0 ? -1 : by, lines))) || outermost
}
