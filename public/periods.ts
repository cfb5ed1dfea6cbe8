/** Periods by their name in the URL. They are relative, so that a saved view stays current. */
export const PERIODS: Record<string, { name: string; ms: number }> = {
  '1h': { name: 'last hour', ms: 3_600_000 },
  '24h': { name: 'last 24 hours', ms: 86_400_000 },
  '7d': { name: 'last 7 days', ms: 7 * 86_400_000 },
  '30d': { name: 'last 30 days', ms: 30 * 86_400_000 },
}

/** A period as the server's `since` parameter; empty for an unknown or empty one. */
export function sinceParam(period: string, now = Date.now()): { since?: string } {
  const known = PERIODS[period]
  return known ? { since: new Date(now - known.ms).toISOString() } : {}
}
