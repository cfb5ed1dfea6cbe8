const WITHIN_MS = 5_000

/**
 * Whether the server answers at all. When it does not, no other way of transport would help, and changing would only
 * leave the viewer on a lesser one after the server is back.
 */
export async function isReachable(baseUrl: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
    await fetch(`${baseUrl}/healthz`, { mode: 'no-cors', cache: 'no-store', signal: limit })
    return true
  } catch {
    return false
  }
}
