/** A slow read is repeated less often: the pause after it is at least this many times as long as it took. */
const PAUSE_SHARE = 4

/** Caches the result of `read` for `forMs`. Concurrent callers share it; failures are not cached. */
export function cached<T>(read: () => Promise<T>, forMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined
  let until = 0
  return () => {
    if (answer && Date.now() < until) return answer
    const began = Date.now()
    const asked = read()
    answer = asked
    until = Number.POSITIVE_INFINITY // whoever asks while it is being read waits for this answer
    asked.then(
      () => {
        const now = Date.now()
        until = Math.max(began + forMs, now + PAUSE_SHARE * (now - began))
      },
      () => {
        if (answer === asked) answer = undefined
      },
    )
    return asked
  }
}
