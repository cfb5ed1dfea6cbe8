import { appendFileSync } from 'node:fs'
import { faultsOf, type z } from './parse'

/**
 * In development and tests, replies, events and database rows are checked against their schemas. In production none
 * of this runs.
 */
let reportFile: string | undefined

/** Turns the check on. @param file every mismatch is appended to it */
export function checkContracts(file: string | undefined): void {
  reportFile = file
}

export const isCheckingContracts = () => reportFile !== undefined

/**
 * @param what name for the report, such as `GET /api/jobs 200`
 * @throws Error that names every field that is missing, extra or invalid, but no values
 */
export function checkContract(what: string, schema: z.ZodType, value: unknown): void {
  const faults = faultsIn(schema, value)
  if (faults.length) report(what, faults)
}

/** The same where nobody would catch an error: it is only recorded. */
export function recordMismatch(what: string, schema: z.ZodType, value: unknown): void {
  const faults = faultsIn(schema, value)
  if (faults.length) record(what, faults)
}

/** @throws Error */
export function report(what: string, faults: string[]): never {
  throw new Error(record(what, faults))
}

/** Adds a mismatch to the file. @returns what was added */
export function record(what: string, faults: string[]): string {
  const text = `${what} differs from its schema: ${faults.join('; ')}`
  if (reportFile !== undefined) appendFileSync(reportFile, `${text}\n`)
  return text
}

function faultsIn(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value)
  if (result.success) return extraFields(value, result.data, '')
  return faultsOf(result.error, '').map(({ path, message }) => `${path}: ${message}`)
}

/** Fields that parsing dropped because the schema does not list them. */
function extraFields(value: unknown, parsed: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(value).flatMap(([name, field]) => {
    const at = path ? `${path}.${name}` : name
    if (field === undefined) return []
    if (!(name in parsed)) return [`${at}: is not in the schema`]
    return extraFields(field, (parsed as Record<string, unknown>)[name], at)
  })
}
