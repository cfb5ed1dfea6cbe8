import { signal } from '@preact/signals'

export interface Outage {
  /** Milliseconds since 1970. */
  since: number
  /** When the server is asked again. */
  nextTryAt: number
}

/** Set from a request without an answer until the server answers again. */
export const outage = signal<Outage | null>(null)

const FIRST_TRY_MS = 1_000
const LAST_TRY_MS = 15_000

let pauseMs = FIRST_TRY_MS
let timer: ReturnType<typeof setTimeout> | undefined
const returns = new Set<() => void>()

/** Called for each request that got no answer. */
export function noteUnreachable(): void {
  if (outage.peek()) return
  pauseMs = FIRST_TRY_MS
  plan(Date.now())
}

/** Called for each answer. */
export function noteReachable(): void {
  if (!outage.peek()) return
  clearTimeout(timer)
  outage.value = null
  for (const call of [...returns]) call()
}

const answers = () =>
  fetch('/healthz', { cache: 'no-store' }).then(
    response => response.ok,
    () => false,
  )

/** Finds out whether the server is unavailable, or only a stream was lost. */
export async function checkReachable(): Promise<void> {
  if (!(await answers())) noteUnreachable()
}

/** Asks the server now whether it is back. */
export async function tryNow(): Promise<void> {
  clearTimeout(timer)
  if (await answers()) return noteReachable()
  pauseMs = Math.min(LAST_TRY_MS, pauseMs * 2)
  plan(outage.peek()?.since ?? Date.now())
}

function plan(since: number) {
  outage.value = { since, nextTryAt: Date.now() + pauseMs }
  timer = setTimeout(() => void tryNow(), pauseMs)
}

/** Calls when the server is back after an outage. */
export function onReturn(call: () => void): () => void {
  returns.add(call)
  return () => returns.delete(call)
}
