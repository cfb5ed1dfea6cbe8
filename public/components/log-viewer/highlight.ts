import type { Segment } from './ansi'

/** Compiles a search: `/.../` is a regular expression, anything else is plain text, case-insensitive. */
export function patternOf(query: string): RegExp | null {
  const [, source, flags] = /^\/(.+)\/([i]?)$/.exec(query) ?? []
  if (source !== undefined) return compile(source, `g${flags}`)
  return query === '' ? null : compile(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi')
}

/** Whether a search is a regular expression. */
export const isRegex = (query: string) => /^\/.+\/i?$/.test(query)

function compile(source: string, flags: string) {
  try {
    return new RegExp(source, flags)
  } catch {
    return null
  }
}

/** Marks every match of the pattern, even across segments. */
export function highlight(segments: Segment[], pattern: RegExp | null): Segment[] {
  if (!pattern) return segments
  const ranges = rangesOf(segments.map(segment => segment.text).join(''), pattern)
  if (ranges.length === 0) return segments
  const marked: Segment[] = []
  let at = 0
  for (const segment of segments) {
    marked.push(...split(segment, at, ranges))
    at += segment.text.length
  }
  return marked
}

type TextRange = readonly [from: number, to: number]

function rangesOf(text: string, pattern: RegExp): TextRange[] {
  const ranges: TextRange[] = []
  for (const { index, 0: found } of text.matchAll(pattern)) if (found !== '') ranges.push([index, index + found.length])
  return ranges
}

function split(segment: Segment, at: number, ranges: TextRange[]): Segment[] {
  const pieces: Segment[] = []
  const { length } = segment.text
  let from = 0
  const add = (to: number, style: Omit<Segment, 'text'>) => {
    if (to > from) pieces.push({ ...style, text: segment.text.slice(from, to) })
    from = Math.max(from, to)
  }
  for (const [start, end] of ranges) {
    if (end <= at || start >= at + length) continue
    add(Math.max(0, start - at), segment)
    // A match has colors of its own.
    add(Math.min(length, end - at), { classes: `${segment.classes} match`.trim() })
  }
  add(length, segment)
  return pieces
}
