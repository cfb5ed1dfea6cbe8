/** Browsers open six HTTP/1.1 connections to an origin, for all tabs together. Three stay free for short requests. */
const SLOTS = 3

let previous: Promise<unknown> = Promise.resolve()

/**
 * Acquires one of the slots that the tabs of a browser share for long-lived requests: streams and long polls. Each
 * slot is a Web Lock, so the browser frees it when its tab closes, crashes or is discarded.
 * @param signal frees the slot, before the request has ended: a page that opens another one at once must get it
 * @returns a function that releases the slot; undefined if all are taken, or if there are no Web Locks to count them
 * with (the page was loaded over plain HTTP from another machine)
 */
export async function acquireConnectionSlot(baseUrl: string, signal: AbortSignal): Promise<(() => void) | undefined> {
  if (typeof document === 'undefined') return () => undefined // programs have no such limit
  if (!navigator.locks) return undefined
  // One after another: what is closed meanwhile has given back its slot before the next one asks.
  const acquired = previous.then(() => acquire(baseUrl || location.origin, signal))
  previous = acquired
  return acquired
}

async function acquire(origin: string, signal: AbortSignal) {
  for (let slot = 1; slot <= SLOTS && !signal.aborted; slot++) {
    const release = await tryLock(`tailrace ${origin} ${slot}`, signal)
    if (release) return release
  }
  return undefined
}

function tryLock(name: string, signal: AbortSignal) {
  return new Promise<(() => void) | undefined>(resolve => {
    const notHeld = () => resolve(undefined)
    navigator.locks
      .request(name, { ifAvailable: true }, lock => {
        if (!lock || signal.aborted) return undefined
        return new Promise<void>(free => {
          const release = () => {
            signal.removeEventListener('abort', release)
            free()
          }
          signal.addEventListener('abort', release)
          resolve(release)
        })
      })
      .then(notHeld, notHeld) // sandboxed frames have no access to locks
  })
}
