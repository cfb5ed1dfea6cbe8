import { retryAfterMs } from './backoff'
import type { Outcome } from './transport'

const ADVICE: Record<number, string> = {
  400: 'The server rejected this request as invalid.',
  401: 'You are signed out. Sign in and open the page again.',
  403: 'You do not have permission to watch this.',
  404: 'This does not exist or has been removed.',
  410: 'This has been removed.',
}

/** What an HTTP response other than a successful stream means. */
export async function outcomeOfResponse(response: Response): Promise<Outcome> {
  const { status } = response
  if (status === 204) return { kind: 'ended' }
  const advice = ADVICE[status]
  if (advice === undefined) {
    await response.body?.cancel().catch(() => undefined)
    const retryInMs = retryAfterMs(response.headers.get('retry-after'))
    const isBusy = status === 429 || status === 503
    return {
      kind: 'lost',
      reason: isBusy ? 'The server is busy.' : `The server answered ${status}.`,
      retryInMs,
      isBusy,
    }
  }
  const problem = await readProblem(response)
  return { kind: 'refused', error: { status, code: problem.code, message: problem.detail || advice } }
}

async function readProblem(response: Response): Promise<{ code: string; detail: string }> {
  const body: unknown = await response.json().catch(() => null)
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown }
  return { code: typeof code === 'string' ? code : 'refused', detail: typeof detail === 'string' ? detail : '' }
}
