import { appendFileSync } from 'node:fs'
import { faultsOf, type z } from './parse'

/**
 * In development and tests, what leaves the program (replies) and what comes out of the database (rows) is held
 * against its schema. In production nothing of this runs.
 */
let reportFile: string | undefined

/** Turns the check on. @param file that every mismatch is added to */
export function checkContracts(file: string | undefined): void {
  reportFile = file
}

export const isCheckingContracts = () => reportFile !== undefined

/**
 * @param what for the report: `GET /api/jobs 200`
 * @throws Error that names every field that differs, missing or extra, but none of its content
 */
export function checkContract(what: string, schema: z.ZodType, value: unknown): void {
  const result = schema.safeParse(value)
  const faults = result.success
    ? extraFields(value, result.data, '')
    : faultsOf(result.error, '').map(({ path, message }) => `${path}: ${message}`)
  if (faults.length) report(what, faults)
}

/** @throws Error */
export function report(what: string, faults: string[]): never {
  const text = `${what} differs from its schema: ${faults.join('; ')}`
  if (reportFile !== undefined) appendFileSync(reportFile, `${text}\n`)
  throw new Error(text)
}

/** What parsing has left out: objects drop fields that their schema does not list. */
function extraFields(value: unknown, parsed: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(value).flatMap(([name, field]) => {
    const at = path ? `${path}.${name}` : name
    if (field === undefined) return []
    if (!(name in parsed)) return [`${at}: is not in the schema`]
    return extraFields(field, (parsed as Record<string, unknown>)[name], at)
  })
}
