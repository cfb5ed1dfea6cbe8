import { Resolver } from 'node:dns/promises'
import { connect } from 'node:net'
import { codeOf } from '../../base/failure'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { CheckOutcome } from '../../contract/checks'

/** Failures of a network rather than of a server: they happen to every target of a machine that is offline. */
const NETWORK_CODES = new Set([
  'dns_failed',
  'dns_timeout',
  'dns_not_found',
  'connection_timeout',
  'unreachable',
  'timeout',
  'packets_lost',
])
const LOOPBACK = /^(localhost|127\.|\[?::1)/
/** Unrelated hosts that must fail before this machine is suspected. */
const HOSTS_MIN = 3
const RECENT_MS = 20_000
const PROBE_EVERY_MS = 30_000
const PROBE_TIMEOUT_MS = 3_000
/** A probe that has not worked for so long says nothing when it fails. */
const TRUSTED_MS = 10 * 60_000

interface Deps {
  log: Log
  /** Whether this machine reaches its network. */
  probe(signal: AbortSignal): Promise<boolean>
  now(): number
}

/**
 * Tells failing targets from a machine that is offline: when several unrelated hosts fail, none answers, and a probe that
 * worked before fails too, the machine is.
 */
export class Connectivity implements Part {
  readonly name = 'connectivity'
  /** By host: when it failed last by the network's fault. */
  private readonly failedAt = new Map<string, number>()
  private answeredAt = Number.NEGATIVE_INFINITY
  private workedAt = Number.NEGATIVE_INFINITY
  private probing: Promise<boolean> | undefined
  private timer: NodeJS.Timeout | undefined
  private wasOffline = false
  private readonly stopping = new AbortController()

  constructor(private readonly deps: Deps) {}

  async start() {
    void this.probe()
    this.timer = setInterval(() => void this.probe(), PROBE_EVERY_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    this.stopping.abort()
    await this.probing
  }

  /** Takes note of a check. @returns whether it only shows that this machine is offline */
  async isOffline(host: string, { status, error }: CheckOutcome): Promise<boolean> {
    if (LOOPBACK.test(host)) return false
    const now = this.deps.now()
    if (status === 'up' || !error || !NETWORK_CODES.has(error.code)) {
      this.answeredAt = now
      this.failedAt.delete(host)
      return this.told(false)
    }
    this.failedAt.set(host, now)
    for (const [known, at] of this.failedAt) if (now - at > RECENT_MS) this.failedAt.delete(known)
    const isSuspect = this.failedAt.size >= HOSTS_MIN && this.answeredAt < Math.min(...this.failedAt.values())
    if (!isSuspect) return this.told(false)
    const works = await this.probe()
    const isTrusted = this.workedAt > now - TRUSTED_MS
    return this.told(!works && isTrusted)
  }

  private told(isOffline: boolean): boolean {
    if (isOffline !== this.wasOffline) {
      this.wasOffline = isOffline
      if (isOffline) this.deps.log.warn('This machine seems to be offline: failing checks are stored as unknown')
      else this.deps.log.info('This machine is online again')
    }
    return isOffline
  }

  /** Several that suspect at once ask once. */
  private probe(): Promise<boolean> {
    this.probing ??= this.probeNow().finally(() => {
      this.probing = undefined
    })
    return this.probing
  }

  private async probeNow(): Promise<boolean> {
    const works = await this.deps.probe(this.stopping.signal).catch(() => false) // any failure means that the network is not reached
    if (works) this.workedAt = this.deps.now()
    return works
  }
}

/**
 * The probe of this machine's network.
 * @param target `host:port` that accepts connections; undefined: the machine's own name servers
 */
export function networkProbe(target: string | undefined): (signal: AbortSignal) => Promise<boolean> {
  if (target === undefined) return asksNameServers
  const at = target.lastIndexOf(':')
  const [host, port] = [target.slice(0, at).replace(/^\[(.*)\]$/, '$1'), Number(target.slice(at + 1))]
  return signal =>
    new Promise(resolve => {
      const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS, signal })
      const end = (works: boolean) => {
        socket.destroy()
        resolve(works)
      }
      socket.once('connect', () => end(true))
      socket.once('error', () => end(false))
      socket.once('timeout', () => end(false))
    })
}

/** A name server that says no answers, too. */
const ANSWERS = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR']

async function asksNameServers(signal: AbortSignal): Promise<boolean> {
  const resolver = new Resolver({ timeout: PROBE_TIMEOUT_MS, tries: 1 })
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    await resolver.resolveNs('.')
    return true
  } catch (error) {
    return ANSWERS.includes(codeOf(error))
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
