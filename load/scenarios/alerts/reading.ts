import { setTimeout as delay } from 'node:timers/promises'
import { percentile, rounded } from '../../figures'
import type { Receiver } from './posting'

const FULL_READS = 5
const READS = 50
const QUIET_MS = 500
/** Of a core. */
const QUIET_SHARE = 0.2
const QUIET_TRIES = 120

/** One by filter among all, and all at once, as Alertmanager's API has them. */
export async function readAlertmanagerApi(receiver: Receiver, count: number) {
  const one = `/api/v2/alerts?filter=${encodeURIComponent(`instance="host-${count >> 1}.example.com:9100"`)}`
  const full = await read(receiver, '/api/v2/alerts', FULL_READS, count)
  return { get_all: full, get_one: await read(receiver, one, READS, 1) }
}

/** A page of our own API. */
export const readPage = (receiver: Receiver) => read(receiver, '/api/alerts?limit=100', READS, 100)

async function read({ url, headers, cpuSeconds }: Receiver, path: string, times: number, expected: number) {
  const get = async () => {
    const startedMs = performance.now()
    const response = await fetch(url + path, { headers })
    const text = await response.text()
    const ms = performance.now() - startedMs
    const count = text.split('"fingerprint":').length - 1
    if (count !== expected)
      throw new Error(`${path} answered ${response.status} with ${count} alerts: ${text.slice(0, 500)}`)
    return ms
  }
  await get()
  const cpuBefore = cpuSeconds()
  const found: number[] = []
  for (let i = 0; i < times; i++) found.push(await get())
  const cpu_ms = rounded(((cpuSeconds() - cpuBefore) * 1_000) / times)
  return { ms_p50: rounded(percentile(found, 0.5)), ms_p95: rounded(percentile(found, 0.95)), cpu_ms }
}

/** Waits until whatever follows from accepting is done. @returns after how many ms that was */
export async function untilQuiet({ cpuSeconds }: Receiver): Promise<number> {
  const startedMs = performance.now()
  for (let tries = 0, before = cpuSeconds(); tries < QUIET_TRIES; tries++) {
    await delay(QUIET_MS)
    const now = cpuSeconds()
    if ((now - before) * 1_000 < QUIET_MS * QUIET_SHARE) break
    before = now
  }
  return rounded(performance.now() - startedMs)
}
