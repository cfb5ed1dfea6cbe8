import { tryParseJson } from './json'
import { FIELDS_MAX, NAME_BYTES_MAX } from './limits'
import { Refusal } from './refusal'
import { Skimmer } from './skim'

/** Looks for one text at the top of a body as it arrives. Builds nothing of what it passes, so that it costs little whoever has sent it. */
export class Search {
  readonly #name: string
  readonly #skimmer: Skimmer
  #fields = 0
  #fault: string | undefined
  #found: string | undefined

  constructor(name: string) {
    this.#name = name
    this.#skimmer = new Skimmer(
      { enters: (path, isList) => path.length === 0 && !isList, value: ([field], text) => this.#look(field, text) },
      NAME_BYTES_MAX,
    )
  }

  /** Nothing that comes will change what it has found. */
  get isOver() {
    return this.#found !== undefined || this.#faultSoFar !== undefined
  }

  write(chunk: Buffer): void {
    this.#skimmer.write(chunk)
  }

  /**
   * @param isWhole whether it has seen the end
   * @returns the text; nothing when there is none, or what stands there is none
   * @throws Refusal 400 when it is no JSON object as far as it was looked at
   */
  result(isWhole: boolean): string | undefined {
    if (this.#found !== undefined) return this.#found || undefined
    const isTooShort = isWhole && !this.#skimmer.isComplete
    const fault = this.#faultSoFar ?? (isTooShort ? 'not valid JSON, it ends too early' : undefined)
    if (fault) throw new Refusal(400, `body: ${fault}`)
    return undefined
  }

  get #faultSoFar() {
    return this.#skimmer.fault ?? this.#fault
  }

  #look(field: string | undefined, text: string | undefined) {
    if (field === undefined) this.#stop('must be a JSON object')
    else if (field === this.#name) {
      const value = tryParseJson(text)
      this.#found = typeof value === 'string' ? value : ''
      this.#skimmer.stop()
    } else if (++this.#fields >= FIELDS_MAX) this.#stop(`more than ${FIELDS_MAX} fields`)
  }

  #stop(fault: string) {
    this.#fault = fault
    this.#skimmer.stop()
  }
}
