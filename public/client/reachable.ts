const TIMEOUT_MS = 5_000

/**
 * Whether the server responds at all. If it does not, another transport would not help, and switching would leave the
 * client on a worse one once the server is back.
 */
export async function isReachable(baseUrl: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    await fetch(`${baseUrl}/healthz`, { mode: 'no-cors', cache: 'no-store', signal: limit })
    return true
  } catch {
    return false
  }
}
