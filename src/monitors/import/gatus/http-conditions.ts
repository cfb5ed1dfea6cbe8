import { type Condition, expressionFor, isAny, optionsOf, patternIn, textWithin } from './condition'
import { StatusSet } from './status-set'

interface JsonRule {
  path: string
  op: string
  value?: string | boolean
}

/** Settings of `http` that mean the same as the conditions of an endpoint. */
export class HttpConditions {
  private readonly statuses = new StatusSet()
  private readonly texts: Record<string, string> = {}
  private readonly json: JsonRule[] = []
  private readonly headers: { name: string; matches: string }[] = []

  /** @returns whether there is a counterpart */
  add(condition: Condition): boolean {
    const { subject, path, wrapper } = condition
    if (subject === 'STATUS') return wrapper === '' && path === '' && this.statuses.add(condition)
    if (subject === 'HEADER') return this.addHeader(condition)
    if (subject !== 'BODY') return false
    return path === '' ? this.addText(condition) : this.addJson(condition)
  }

  get settings(): Record<string, unknown> {
    const expect_status = this.statuses.setting
    return {
      ...(expect_status !== undefined && { expect_status }),
      ...this.texts,
      ...(this.json.length > 0 && { json: this.json }),
      ...(this.headers.length > 0 && { expect_headers: this.headers }),
    }
  }

  private addText({ wrapper, op, value }: Condition): boolean {
    const text = textWithin(patternIn(value) ?? '')
    const setting = { '==': 'keyword', '!=': 'not_keyword' }[op]
    if (wrapper !== '' || text === undefined || !setting || setting in this.texts) return false
    this.texts[setting] = text
    return true
  }

  private addJson({ wrapper, path: given, op, value }: Condition): boolean {
    const path = jsonPathOf(given)
    if (path === undefined) return false
    if (wrapper === 'has') return this.addPresence(path, op, value)
    if (wrapper !== '' || isAny(value)) return false
    const pattern = patternIn(value)
    if (pattern === undefined) return this.rule({ path, op, value })
    const text = textWithin(pattern)
    return op === '==' && text !== undefined && this.rule({ path, op: 'contains', value: text })
  }

  private addPresence(path: string, op: string, value: string): boolean {
    if (op !== '==' || (value !== 'true' && value !== 'false')) return false
    return this.rule({ path, op: 'exists', ...(value === 'false' && { value: false }) })
  }

  private rule(rule: JsonRule): boolean {
    this.json.push(rule)
    return true
  }

  private addHeader({ wrapper, path, op, value }: Condition): boolean {
    const name = path.replace(/^\./, '')
    const isPresence = wrapper === 'has' && value === 'true'
    if (name === '' || op !== '==' || (wrapper !== '' && !isPresence)) return false
    const matches = isPresence ? ['^'] : (isAny(value) ? optionsOf(value) : [value]).map(expressionFor)
    this.headers.push({ name, matches: matches.join('|') })
    return true
  }
}

/** `.data[0].name` and `[0].id` as JSONPath; undefined for keys that Gatus takes and JSONPath does not. */
function jsonPathOf(path: string): string | undefined {
  const parts = path.startsWith('.') ? path.slice(1) : path
  if (!/^(?:[^.[\]]+|\[\d+\])(?:\[\d+\])*(?:\.[^.[\]]+(?:\[\d+\])*)*$/.test(parts)) return undefined
  const steps = parts.match(/[^.[\]]+|\[\d+\]/g) ?? []
  return `$${steps.map(stepOf).join('')}`
}

function stepOf(step: string): string {
  if (/^\[\d+\]$/.test(step)) return step
  return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
}
