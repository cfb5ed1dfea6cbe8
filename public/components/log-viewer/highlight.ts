import type { Segment } from './ansi'

/** Turns what was typed into a pattern: `/.../` is a regular expression, all else is plain text without regard to case. */
export function patternOf(query: string): RegExp | null {
  const [, source, flags] = /^\/(.+)\/([i]?)$/.exec(query) ?? []
  if (source !== undefined) return compile(source, `g${flags}`)
  return query === '' ? null : compile(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi')
}

/** Whether what was typed is meant as a regular expression. */
export const isRegular = (query: string) => /^\/.+\/i?$/.test(query)

function compile(source: string, flags: string) {
  try {
    return new RegExp(source, flags)
  } catch {
    return null
  }
}

/** Marks every match of the pattern, also one that runs over a change of colour. */
export function highlight(segments: Segment[], pattern: RegExp | null): Segment[] {
  if (!pattern) return segments
  const edges = edgesOf(segments.map(segment => segment.text).join(''), pattern)
  if (edges.length === 0) return segments
  const marked: Segment[] = []
  let at = 0
  for (const segment of segments) {
    marked.push(...split(segment, at, edges))
    at += segment.text.length
  }
  return marked
}

type Edge = readonly [from: number, to: number]

function edgesOf(text: string, pattern: RegExp): Edge[] {
  const edges: Edge[] = []
  for (const { index, 0: found } of text.matchAll(pattern)) if (found !== '') edges.push([index, index + found.length])
  return edges
}

function split(segment: Segment, at: number, edges: Edge[]): Segment[] {
  const pieces: Segment[] = []
  const { length } = segment.text
  let from = 0
  const add = (to: number, classes: string) => {
    if (to > from) pieces.push({ ...segment, text: segment.text.slice(from, to), classes })
    from = Math.max(from, to)
  }
  for (const [start, end] of edges) {
    if (end <= at || start >= at + length) continue
    add(Math.max(0, start - at), segment.classes)
    add(Math.min(length, end - at), `${segment.classes} match`.trim())
  }
  add(length, segment.classes)
  return pieces
}
