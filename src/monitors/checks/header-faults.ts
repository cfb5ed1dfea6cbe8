import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Fault } from '../../base/errors'
import { isFramingHeader } from './headers'

const HEADERS_MAX = 50

/**
 * What is wrong with the headers of a request. The path of a fault is the name of the header, or empty.
 * @param refuse what else is wrong with one
 */
export function headerFaults(
  headers: Record<string, string>,
  refuse: (name: string, value: string) => string | undefined = () => undefined,
): Fault[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const isRepeated = seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    const message = isRepeated
      ? 'is given twice: the names differ only in case'
      : (refuse(name, value) ?? headerProblem(name, value))
    if (message) faults.push({ path: name, message })
  }
  if (seen.size > HEADERS_MAX) faults.push({ path: '', message: `must not be more than ${HEADERS_MAX}` })
  return faults
}

function headerProblem(name: string, value: string): string | undefined {
  if (isFramingHeader(name)) return 'is set by the program itself'
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return undefined
  } catch {
    return 'contains a character that HTTP does not allow'
  }
}
