type Code = 'not_found' | 'start_after_end' | 'end_in_past' | 'invalid' | 'too_many'

/** Why a silence is not accepted. The message is Alertmanager's where it has one; each API renders it in its own way. */
export class SilenceError extends Error {
  override name = 'SilenceError'

  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message)
  }
}

export const silenceNotFound = () => new SilenceError('not_found', 'silence not found')
export const invalidSilence = (why: string) => new SilenceError('invalid', `silence invalid: ${why}`)
