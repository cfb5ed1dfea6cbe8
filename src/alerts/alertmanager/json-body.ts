import { type Answer, coded, invalid, Refusal } from './answer'

/** Name of the parameter that holds the body, which Alertmanager's errors mention. */
export type BodyName = 'alerts' | 'silence'

/**
 * Parses a JSON body.
 * @throws Refusal 422 when there is none, 400 when it is not JSON
 */
export function parseJson(name: BodyName, text: string): unknown {
  if (text.trim() === '') throw new Refusal(invalid(602, `${name} in body is required`))
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal(unreadable(name, error instanceof Error ? error.message : String(error)))
  }
}

/** For a body of the wrong shape. */
export const unreadable = (name: BodyName, because: string): Answer =>
  coded(400, `parsing ${name} body from "" failed, because ${because}`)

/** For a value of the wrong type, in the words of Go's JSON decoder. */
export const mistyped = (name: BodyName, value: unknown, field: string, wanted: string): Answer =>
  unreadable(name, `json: cannot unmarshal ${kindOf(value)} into Go struct field ${field} of type ${wanted}`)

/** The JSON type of a value in Go's words. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (value === null || typeof value === 'object') return 'object'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
