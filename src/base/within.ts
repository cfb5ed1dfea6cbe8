/**
 * Waits for a promise, but no longer than `ms`; afterwards no timer is left, which would keep in memory what waits.
 * @returns its result; undefined if that took too long
 */
export async function within<Result>(promise: Promise<Result> | Result, ms: number): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, ms, undefined).unref()
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
