import fc from 'fast-check'
import { backoffMs, probeDelayMs, retryAfterMs } from '../../../public/client/backoff'

describe('backoff', () => {
  it('doubles from one second to thirty', () => {
    const longest = (failures: number) => backoffMs(failures, 0, () => 1)
    expect([1, 2, 3, 4, 5, 6, 7, 500].map(longest)).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map(s => s * 1000))
  })

  it('probes failed transports after 30 seconds, later every five minutes', () => {
    const longest = (probes: number) => probeDelayMs(probes, () => 1)
    expect([1, 2, 3, 4, 5, 500].map(longest)).toEqual([30, 60, 120, 240, 300, 300].map(s => s * 1000))
  })

  it('is never shorter than the server asked for, and never longer than both maximums', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100_000), (failures, asked) => {
        const ms = backoffMs(failures, asked)
        expect(ms).toBeGreaterThanOrEqual(Math.max(asked, 750))
        expect(ms).toBeLessThanOrEqual(Math.max(asked, 30_000))
      }),
    )
  })

  it('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(retryAfterMs('12', now)).toBe(12_000)
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0)
    expect(retryAfterMs('soon', now)).toBe(0)
    expect(retryAfterMs(null, now)).toBe(0)
  })
})
