import { wrongUsage } from './exit'
import { readText } from './read-text'

/**
 * The input of a job from operands: a JSON object, `@file` or `-` (standard input) with one, or `key=value` pairs. A
 * value that is JSON (a number, true, false, null, or starts with { [ ") is parsed; any other is text.
 * @throws Failure that names the invalid operand
 */
export function parseInput(operands: readonly string[]): Record<string, unknown> {
  const [first, ...more] = operands
  if (first === undefined) return {}
  const whole = wholeOf(first)
  if (whole === undefined) return fieldsOf(operands)
  if (more.length) throw wrongUsage('Give either one JSON input or key=value pairs, not both.')
  return whole
}

function wholeOf(operand: string): Record<string, unknown> | undefined {
  if (operand === '-') return objectOf(readText(operand), 'The standard input')
  if (operand.startsWith('@')) return objectOf(readText(operand), operand.slice(1))
  return /^\s*\{/.test(operand) ? objectOf(operand, 'The input') : undefined
}

/** @throws Failure if the text is not a JSON object */
export function objectOf(text: string, from: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrongUsage(`${from} is not valid JSON.`) // without the parser's message, which would quote it
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw wrongUsage(`${from} must be a JSON object.`)
}

function fieldsOf(operands: readonly string[]): Record<string, unknown> {
  const fields = operands.map((operand): [string, unknown] => {
    const at = operand.indexOf('=')
    if (at < 1) throw wrongUsage(`"${operand}" is neither key=value nor a JSON object. See: tailrace help run`)
    return [operand.slice(0, at), fieldValue(operand.slice(0, at), operand.slice(at + 1))]
  })
  const repeated = fields.find(([name], at) => fields.findIndex(([other]) => other === name) !== at)
  if (repeated) throw wrongUsage(`${repeated[0]} is given twice.`)
  return Object.fromEntries(fields)
}

function fieldValue(name: string, text: string): unknown {
  if (/^[{["]/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      throw wrongUsage(`The value of ${name} starts like JSON, but is not valid JSON.`)
    }
  }
  if (text === 'true' || text === 'false' || text === 'null') return JSON.parse(text)
  // 007, 1e3 and numbers with too many digits stay text.
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text
}
