const COUNT = /^\{(\d+)(?:,(\d*))?\}/
const CLASS = /^\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/s
const ESCAPED = /^\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|Q.*?(?:\\E|$)|.)/s

/** About how many parts a regular expression has once its counted repetitions are written out. */
export function sizeOfPattern(source: string): number {
  const groups = [0]
  let last = 0 // the size of the latest part, which a repetition is about
  const add = (size: number) => {
    groups[groups.length - 1] = (groups.at(-1) ?? 0) + size
    last = size
  }
  for (let i = 0; i < source.length; ) {
    const char = source.charAt(i)
    const whole = wholeAt(source, i)
    i += whole.length
    if (char === '(') groups.push(0)
    else if (char === ')' && groups.length > 1) add((groups.pop() ?? 0) + 1)
    else if (char === '{' && whole.length > 1) add(last * (timesOf(whole) - 1))
    else add(whole.length > 1 && whole.startsWith('\\Q') ? whole.length : 1)
  }
  return groups.reduce((sum, size) => sum + size, 0)
}

function wholeAt(source: string, at: number): string {
  const char = source.charAt(at)
  const form = char === '\\' ? ESCAPED : char === '[' ? CLASS : char === '{' ? COUNT : undefined
  return form?.exec(source.slice(at))?.[0] || char
}

function timesOf(count: string): number {
  const [, from = '1', to] = COUNT.exec(count) ?? []
  return Math.max(1, Number(to || from))
}
