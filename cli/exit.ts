/** What a script can tell from how the command ended. The table in docs/cli.md says the same in words. */
export const EXIT = {
  ok: 0,
  /** The job failed or was cancelled, the server refused the command in the state things are in, or the output was not written. */
  failed: 1,
  usage: 2,
  denied: 3,
  missing: 4,
  unreachable: 5,
  /** A query has ended, and some of its hosts failed or stayed silent. */
  partial: 6,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGPIPE: nobody reads the output any more, and the outcome that was asked for is not known. */
  cutOff: 141,
} as const

/** Ends the command with a sentence for people on stderr. */
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
