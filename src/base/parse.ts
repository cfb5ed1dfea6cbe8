import { z } from 'zod'
import { badRequest, type Fault } from './errors'

export { z }

/** All faults zod found, with full paths below `where`. */
export function faultsOf(error: z.ZodError, where: string): Fault[] {
  return error.issues.flatMap(issue => {
    const path = [where, ...issue.path.map(String)].filter(Boolean).join('.')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map(key => ({ path: [path, key].filter(Boolean).join('.'), message: 'Unknown field.' }))
  })
}

/**
 * Parses external input.
 * @param where the part of the request: `body`, `query`, `params`
 * @param known faults found earlier
 * @throws Problem 400 that lists every fault
 */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: string,
  known: readonly Fault[] = [],
): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success && !known.length) return result.data
  const paths = new Set(known.map(({ path }) => path))
  const others = result.success ? [] : faultsOf(result.error, where).filter(({ path }) => !paths.has(path))
  throw badRequest([...known, ...others])
}
