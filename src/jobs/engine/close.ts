import { setTimeout as delay } from 'node:timers/promises'

const CLOSE_MS = 2_000

/** A queue, worker or event reader of BullMQ. */
interface Closable {
  close(): Promise<void>
}

/** Begins to close; what cannot be closed is not an error, because its connection ends with the process. */
export const closeAll = (parts: Iterable<Closable>): Promise<unknown> =>
  Promise.all(Array.from(parts, part => part.close().catch(() => undefined)))

/** Waits for `closeAll`, but not for ever as BullMQ does when a connection is just being re-established. */
export const waitForClose = (closed: Promise<unknown>): Promise<unknown> =>
  Promise.race([closed, delay(CLOSE_MS, undefined, { ref: false })])
