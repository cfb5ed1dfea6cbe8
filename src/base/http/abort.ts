/**
 * Destroys a stream when the signal aborts, or already has; the work then fails as with a broken connection.
 * @returns ends the watch
 */
export function destroyOnAbort(signal: AbortSignal, target: { destroy(error?: Error): unknown }): () => void {
  const abort = () => target.destroy(brokenOff())
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return () => signal.removeEventListener('abort', abort)
}

export const brokenOff = () => Object.assign(new Error('The connection was closed'), { code: 'ECONNRESET' })
