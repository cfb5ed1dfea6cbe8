import { within } from '../../base/within'

const CLOSE_MS = 2_000

/** A Queue, Worker or QueueEvents of BullMQ. */
interface Closable {
  close(): Promise<void>
}

/** Closes all. What cannot be closed is not an error, because its connection ends with the process. */
export const closeAll = (parts: Iterable<Closable>): Promise<unknown> =>
  Promise.all(Array.from(parts, part => part.close().catch(() => undefined)))

/** Waits for `closeAll`, but not forever, as BullMQ does while a connection is being re-established. */
export const waitForClose = (closed: Promise<unknown>): Promise<unknown> => within(closed, CLOSE_MS)
