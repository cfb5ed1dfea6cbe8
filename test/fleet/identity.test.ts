import { claimOf, type Identity, replaceInstance } from '../../src/fleet/hosts/identity'

test('only the latest instances are stored of an agent that has a new instance id at each start', () => {
  const start = Date.parse('2026-09-01T00:00:00Z')
  let identity: Identity = { instanceId: 'i0', earlier: {}, clonedAt: null }
  for (let no = 1; no <= 500; no++) identity = replaceInstance(identity, `i${no}`, new Date(start + no * 1_000))
  expect(Object.keys(identity.earlier)).toHaveLength(50)
  const now = new Date(start + 501_000)
  expect(claimOf(identity, 'i499', now)).toBe('clone')
  expect(claimOf(identity, 'i450', now)).toBe('clone')
  expect(claimOf(identity, 'i1', now)).toBe('successor')
})
