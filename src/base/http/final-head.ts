import type { Failure } from '../failure'
import { type ResponseHead, readHead } from './head'
import { HeadReader } from './head-reader'
import { invalid } from './status-line'
import type { Notes } from './warnings'

/** 100, 102 and 103 are sent once or a few times; a server that sends more never sends a final response. */
const INTERIM_MAX = 50

/** Reads what a server sends up to the end of the final response head. */
export class FinalHeadReader {
  private reader = new HeadReader()
  private interim = 0

  constructor(private readonly notes: Notes) {}

  /** What went wrong if the connection ends now. */
  get missing(): Failure {
    return this.reader.empty && !this.interim ? EMPTY : INCOMPLETE
  }

  /**
   * @returns the head and the bytes after it; undefined if more is needed
   * @throws FailureError `response_invalid`
   */
  take(bytes: Buffer): { head: ResponseHead; rest: Buffer } | undefined {
    let left = bytes
    while (left.length) {
      const complete = this.reader.take(left)
      if (!complete) return undefined
      const head = readHead(complete.raw, this.notes)
      if (!isInterim(head)) return { head, rest: complete.rest }
      if (++this.interim > INTERIM_MAX) throw invalid(`The server sent more than ${INTERIM_MAX} interim responses`)
      this.reader = new HeadReader()
      left = complete.rest
    }
    return undefined
  }
}

/** 101 is final: no other protocol was requested, and no more HTTP follows. */
const isInterim = ({ status }: ResponseHead) => status < 200 && status !== 101

export const EMPTY = {
  code: 'response_empty',
  message: 'The server closed the connection without sending a response',
} as const
const INCOMPLETE = {
  code: 'response_incomplete',
  message: 'The server closed the connection before sending a complete response head',
} as const
