/** A complete answer of Alertmanager's API. */
export interface Answer {
  status: number
  /** Absent: no body and no Content-Type. */
  text?: string
  /** Default: JSON. */
  type?: 'application/json' | 'text/plain; charset=utf-8'
  headers?: Record<string, string>
}

/** Thrown to answer at once. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(answer.text)
  }
}

export const json = (value: unknown): Answer => ({ status: 200, text: JSON.stringify(value) })
export const empty = (status = 200): Answer => ({ status })
export const plain = (status: number, text: string): Answer => ({ status, text, type: 'text/plain; charset=utf-8' })

/** The form of Alertmanager's own errors; amtool cannot decode anything else. */
export const said = (status: number, message: string): Answer => ({ status, text: JSON.stringify(message) })

/**
 * The form of errors that its framework finds before Alertmanager sees the request.
 * @param code the framework's code when it differs from the status: 601 type, 602 required, 612 too few items
 */
export const coded = (status: number, message: string, code = status): Answer => ({
  status,
  text: JSON.stringify({ code, message }),
})

/** A value that does not follow the OpenAPI file. */
export const invalid = (code: 601 | 602 | 612, message: string): Answer => coded(422, message, code)
