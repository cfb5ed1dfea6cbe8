import { tryParseJson } from './json'
import { JsonScanner } from './json-scanner'
import { FIELDS_MAX, NAME_BYTES_MAX } from './limits'
import { Refusal } from './refusal'

/**
 * Searches an arriving body for a top-level text field. Other fields are not parsed, so it is cheap whoever the
 * sender.
 */
export class FieldSearch {
  readonly #name: string
  readonly #scanner: JsonScanner
  #fields = 0
  #fault: string | undefined
  #found: string | undefined

  constructor(name: string) {
    this.#name = name
    this.#scanner = new JsonScanner(
      { enters: (path, isList) => path.length === 0 && !isList, value: ([field], text) => this.#take(field, text) },
      NAME_BYTES_MAX,
    )
  }

  /** Whether the rest of the body cannot change the result. */
  get isOver() {
    return this.#found !== undefined || this.#currentFault !== undefined
  }

  write(chunk: Buffer): void {
    this.#scanner.write(chunk)
  }

  /**
   * @param isWhole whether the whole body was written
   * @returns the text; undefined if there is no such field, or it is not a string
   * @throws Refusal 400 if the part that was scanned is not a JSON object
   */
  result(isWhole: boolean): string | undefined {
    if (this.#found !== undefined) return this.#found || undefined
    const isTooShort = isWhole && !this.#scanner.isComplete
    const fault = this.#currentFault ?? (isTooShort ? 'not valid JSON, it ends too early' : undefined)
    if (fault) throw new Refusal(400, `body: ${fault}`)
    return undefined
  }

  get #currentFault() {
    return this.#scanner.fault ?? this.#fault
  }

  #take(field: string | undefined, text: string | undefined) {
    if (field === undefined) this.#fail('must be a JSON object')
    else if (field === this.#name) {
      const value = tryParseJson(text)
      this.#found = typeof value === 'string' ? value : ''
      this.#scanner.stop()
    } else if (++this.#fields >= FIELDS_MAX) this.#fail(`more than ${FIELDS_MAX} fields`)
  }

  #fail(fault: string) {
    this.#fault = fault
    this.#scanner.stop()
  }
}
