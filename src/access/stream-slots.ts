import type { Principal } from '../api'
import { clientKey } from './addresses'

export interface StreamSlots {
  /**
   * Takes a slot for one open stream.
   * @param ip the client's address, from `clientIp` of the web server
   * @returns a function that releases the slot and may be called twice, or the limit that was reached
   */
  take(principal: Principal, ip: string): (() => void) | 'per_ip' | 'per_tenant'
  /** Credentials that have streams open in this process. */
  credentials(): string[]
}

/**
 * Limits open streams per client address and per tenant; 0 means no limit. Counted per process and without Redis, so
 * that the limits work while Redis is down. With N web processes behind a load balancer, a tenant, or an address whose
 * connections are spread over them, can have up to N times the limit.
 */
export function createStreamSlots(limits: { maxPerIp: number; maxPerTenant: number }): StreamSlots {
  const perIp = createCounts()
  const perTenant = createCounts()
  const perCredential = createCounts()
  return {
    take({ tenantId, credentialId }, ip) {
      const key = clientKey(ip)
      if (limits.maxPerIp && perIp.of(key) >= limits.maxPerIp) return 'per_ip'
      if (limits.maxPerTenant && perTenant.of(tenantId) >= limits.maxPerTenant) return 'per_tenant'
      const releases = [perIp.add(key), perTenant.add(tenantId), perCredential.add(credentialId)]
      return () => {
        for (const release of releases.splice(0)) release()
      }
    },
    credentials: () => perCredential.keys(),
  }
}

function createCounts() {
  const counts = new Map<string, number>()
  const of = (key: string) => counts.get(key) ?? 0
  return {
    of,
    keys: () => [...counts.keys()],
    add(key: string) {
      counts.set(key, of(key) + 1)
      return () => {
        if (of(key) > 1) counts.set(key, of(key) - 1)
        else counts.delete(key)
      }
    },
  }
}
