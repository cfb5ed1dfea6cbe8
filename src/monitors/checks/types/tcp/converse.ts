import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { isLate } from '../../../../base/deadline'
import { type Refused, refusalOf, refused } from '../../../../base/failure'
import { compilePattern } from '../../../../base/re2'
import type { Attempt } from '../../attempt'
import { Incoming } from '../../incoming'
import { quoted } from '../../quoted'

/** How much of an answer is looked at. */
const BYTES_MAX = 64 * 1024
/** How much of an answer that is not as expected is kept. */
const KEPT_MAX = 4 * 1024
/** Longer answers are matched at intervals, so that one that comes byte by byte does not keep the processor busy. */
const SHORT_BYTES = 512
const PAUSE_MS = 20
/** How much longer the interval is than matching takes. */
const PAUSE_FACTOR = 10

/**
 * Waits until what the server sends matches: the phase `first_byte`.
 * @param expected a regular expression (RE2)
 * @returns the answer so far
 * @throws Down
 */
export function converse(socket: Socket, expected: string, attempt: Attempt): Promise<Buffer> {
  const { phases, signal, outcome } = attempt
  return phases.run(
    'first_byte',
    0,
    async () => {
      const incoming = new Incoming(socket, signal, BYTES_MAX)
      const result = await matching(incoming, expected, signal)
      if ('error' in result && incoming.received.length) outcome.answer = answerOf(incoming.received)
      return result
    },
    answer => `received ${answer.length} bytes`,
  )
}

async function matching(incoming: Incoming, expected: string, signal: AbortSignal): Promise<Buffer | Refused> {
  const pattern = compilePattern(expected)
  try {
    while (await incoming.more()) {
      const started = performance.now()
      if (pattern.test(incoming.received.toString())) return incoming.received
      const tookMs = performance.now() - started
      if (incoming.isFull) return mismatch(incoming, expected, `the first ${BYTES_MAX} bytes of its answer`)
      if (incoming.received.length > SHORT_BYTES) {
        await pause(Math.max(PAUSE_MS, PAUSE_FACTOR * tookMs), undefined, { signal })
      }
    }
    if (incoming.received.length) return mismatch(incoming, expected, 'its answer before it closed the connection')
    return refused('response_empty', 'The server closed the connection without sending anything')
  } catch (error) {
    if (!isLate(signal)) return refusalOf(error, 'first_byte', signal)
    if (incoming.received.length) return mismatch(incoming, expected, 'its answer in time')
    return refused('timeout', 'The server sent nothing in time')
  }
}

const mismatch = ({ received }: Incoming, expected: string, what: string) =>
  refused('answer_unexpected', `The server sent ${quoted(received.toString())}: ${what} does not match ${expected}`)

const answerOf = (bytes: Buffer) => ({
  headers: {},
  body: bytes.subarray(0, KEPT_MAX).toString().replaceAll('\0', '\ufffd'), // NUL cannot be stored
  truncated: bytes.length > KEPT_MAX,
})
