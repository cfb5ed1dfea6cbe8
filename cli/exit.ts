/** Exit codes, as documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /**
   * The job failed or was cancelled, the server refused the command in the current state, or the output was not
   * written.
   */
  failed: 1,
  usage: 2,
  denied: 3,
  missing: 4,
  unreachable: 5,
  /** A query has ended, but some of its hosts failed or did not answer. */
  partial: 6,
  /** A plan of monitors has changes. 2, as other programs use, would be the same as a typing error. */
  changes: 7,
  /** A crawl has found what `--fail-on` names. */
  found: 8,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGPIPE: the output was closed before the requested outcome was known. */
  outputClosed: 141,
} as const

/** Ends the command with a message for people on stderr. */
export class Failure extends Error {
  override name = 'Failure'

  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message)
  }
}

export const wrongUsage = (message: string) => new Failure(EXIT.usage, message)
