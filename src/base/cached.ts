/** Caches the result of `read` for `forMs`. Concurrent callers share it; failures are not cached. */
export function cached<T>(read: () => Promise<T>, forMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined
  let until = 0
  return () => {
    if (answer && Date.now() < until) return answer
    until = Date.now() + forMs
    const asked = read()
    asked.catch(() => {
      if (answer === asked) answer = undefined
    })
    answer = asked
    return asked
  }
}
