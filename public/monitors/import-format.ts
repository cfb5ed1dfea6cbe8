import type { IMPORT_FORMATS } from '../../src/contract/values'

export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export const FORMAT_NAMES: Record<ImportFormat, string> = {
  tailrace: 'Tailrace',
  'uptime-kuma': 'Uptime Kuma (backup, JSON)',
  gatus: 'Gatus (configuration, YAML)',
}

/** Which program a file comes from, by the names at its top level; undefined if it is none of them. */
export function formatOf(text: string): ImportFormat | undefined {
  const names = topLevelNames(text)
  if (names.includes('monitorList')) return 'uptime-kuma'
  if (names.includes('endpoints') || names.includes('external-endpoints')) return 'gatus'
  return names.includes('monitors') ? 'tailrace' : undefined
}

function topLevelNames(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  } catch {
    return [...text.matchAll(/^["']?([\w-]+)["']?\s*:/gm)].map(([, name = '']) => name)
  }
}
