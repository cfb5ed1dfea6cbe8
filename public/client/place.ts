/** Browsers open six HTTP/1.1 connections to an origin for all their tabs together. The other three stay free for requests. */
const HELD_MAX = 3

/**
 * Takes one of the places that the tabs of a browser share for requests that the server holds: streams and long polls.
 * Each place is a Web Lock, so the browser frees it when its tab closes, crashes or is discarded.
 * @returns gives the place back; undefined when all are taken, or when they cannot be counted because the page came over
 * plain HTTP from another machine and has no Web Locks
 */
export async function takePlace(baseUrl: string): Promise<(() => void) | undefined> {
  if (typeof document === 'undefined') return () => undefined // programs have no such limit
  if (!navigator.locks) return undefined
  for (let place = 1; place <= HELD_MAX; place++) {
    const release = await tryLock(`tailrace ${baseUrl || location.origin} ${place}`)
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
    held.catch(() => resolve(undefined)) // a sandboxed frame may not use them
  })
}
