import { type Condition, isAny, optionsOf } from './condition'

/** Bounds of `expect_status`. */
const MIN = 100
const MAX = 999

const COMPARE: Readonly<Record<string, (status: number, limit: number) => boolean>> = {
  '==': (status, limit) => status === limit,
  '!=': (status, limit) => status !== limit,
  '<': (status, limit) => status < limit,
  '<=': (status, limit) => status <= limit,
  '>': (status, limit) => status > limit,
  '>=': (status, limit) => status >= limit,
}

/** Which statuses meet all conditions on `[STATUS]`. Without any, all do. */
export class StatusSet {
  private statuses = Array.from({ length: MAX - MIN + 1 }, (_, i) => MIN + i)

  /** @returns whether the condition is understood */
  add({ op, value }: Condition): boolean {
    const limits = (isAny(value) ? optionsOf(value) : [value]).map(Number)
    const compare = COMPARE[op]
    if (!compare || limits.some(limit => !Number.isInteger(limit))) return false
    const meets = (status: number) => limits.some(limit => compare(status, limit))
    // `!= any(a, b)` is the opposite of `== any(a, b)`
    const isNoneOf = (status: number) => limits.every(limit => compare(status, limit))
    this.statuses = this.statuses.filter(op === '!=' ? isNoneOf : meets)
    return true
  }

  /** `expect_status`; undefined if it is the default. */
  get setting(): number | string | (number | string)[] | undefined {
    const ranges: [number, number][] = []
    for (const status of this.statuses) {
      const last = ranges.at(-1)
      if (last && last[1] === status - 1) last[1] = status
      else ranges.push([status, status])
    }
    const parts = ranges.map(([low, high]) => (low === high ? low : `${low}-${high}`))
    if (parts.length > 1) return parts
    return parts[0] === '200-299' ? undefined : (parts[0] ?? [])
  }
}
