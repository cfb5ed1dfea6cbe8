/** Browsers open six HTTP/1.1 connections to an origin, for all tabs together. Three stay free for short requests. */
const SLOTS = 3

/**
 * Acquires one of the slots that the tabs of a browser share for long-lived requests: streams and long polls. Each
 * slot is a Web Lock, so the browser frees it when its tab closes, crashes or is discarded.
 * @returns a function that releases the slot; undefined if all are taken, or if there are no Web Locks to count them
 * with (the page was loaded over plain HTTP from another machine)
 */
export async function acquireConnectionSlot(baseUrl: string): Promise<(() => void) | undefined> {
  if (typeof document === 'undefined') return () => undefined // programs have no such limit
  if (!navigator.locks) return undefined
  for (let slot = 1; slot <= SLOTS; slot++) {
    const release = await tryLock(`tailrace ${baseUrl || location.origin} ${slot}`)
    if (release) return release
  }
  return undefined
}

function tryLock(name: string) {
  return new Promise<(() => void) | undefined>(resolve => {
    const held = navigator.locks.request(name, { ifAvailable: true }, lock => {
      if (lock) return new Promise<void>(release => resolve(release))
      resolve(undefined)
      return undefined
    })
    held.catch(() => resolve(undefined)) // sandboxed frames have no access to locks
  })
}
