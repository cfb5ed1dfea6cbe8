import fc from 'fast-check'
import { clientKey } from '../../src/access/addresses'
import { createStreamSlots } from '../../src/access/stream-slots'

const principal = (tenantId: string, credentialId = 'c') => ({
  tenantId,
  credentialId,
  role: 'viewer' as const,
  actor: { type: 'user' as const, id: null, name: '' },
})
const granted = (slot: unknown): (() => void) => {
  expect(slot).toBeInstanceOf(Function)
  return slot as () => void
}

test('open streams are limited per address and per tenant', () => {
  const slots = createStreamSlots({ maxPerIp: 2, maxPerTenant: 3 })
  const release = granted(slots.take(principal('a'), '10.0.0.1'))
  granted(slots.take(principal('a'), '::ffff:10.0.0.1'))
  expect(slots.take(principal('b'), '10.0.0.1')).toBe('per_ip')
  granted(slots.take(principal('a'), '10.0.0.2'))
  expect(slots.take(principal('a'), '10.0.0.3')).toBe('per_tenant')
  release()
  release()
  granted(slots.take(principal('a'), '10.0.0.1'))
  expect(slots.take(principal('a'), '10.0.0.9')).toBe('per_tenant')
  expect(slots.take(principal('b'), '10.0.0.1')).toBe('per_ip')
})

test('0 means no limit, and nothing is left once all streams have closed', () => {
  const slots = createStreamSlots({ maxPerIp: 0, maxPerTenant: 0 })
  const all = Array.from({ length: 1_000 }, (_, n) => granted(slots.take(principal('a', `c${n % 3}`), '10.0.0.1')))
  expect(slots.credentials().sort()).toEqual(['c0', 'c1', 'c2'])
  for (const release of all) release()
  expect(slots.credentials()).toEqual([])
})

test('an IPv6 client counts as its /64 network', () => {
  expect(clientKey('2001:db8:1:2::1')).toBe(clientKey('2001:db8:1:2:ffff::9'))
  expect(clientKey('2001:db8:1:2::1')).not.toBe(clientKey('2001:db8:1:3::1'))
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), ip => clientKey(ip).length > 0))
})
