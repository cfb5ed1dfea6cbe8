/**
 * Destroys a stream when the signal aborts, or at once if it already has. The work then fails as if the connection broke.
 * @returns a function that stops watching
 */
export function destroyOnAbort(signal: AbortSignal, target: { destroy(error?: Error): unknown }): () => void {
  const abort = () => target.destroy(connectionClosed())
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return () => signal.removeEventListener('abort', abort)
}

export const connectionClosed = () => Object.assign(new Error('The connection was closed'), { code: 'ECONNRESET' })
