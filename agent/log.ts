/** Tells the operator, one line each. */
export type Say = (message: string) => void

/** Says a condition when it begins, changes or ends, however often it is reported. */
export class Condition {
  #said: string | undefined

  constructor(
    private readonly say: Say,
    private readonly over: string,
  ) {}

  bad(message: string): void {
    if (message !== this.#said) this.say(message)
    this.#said = message
  }

  good(): void {
    if (this.#said !== undefined) this.say(this.over)
    this.#said = undefined
  }
}
