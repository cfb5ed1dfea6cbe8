import type { Pack } from '../../../src/contract/packs'

/** The hosts of a pack, in words. */
export function hostsOfPack({ platforms, labels, shard }: Pick<Pack, 'platforms' | 'labels' | 'shard'>): string {
  const parts = [
    platforms.length > 0 ? platforms.join(', ') : 'all platforms',
    labels.length > 0 && `with the label ${labels.join(' or ')}`,
    shard !== null && shard < 100 && `${shard}% of them`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** The name of a pack from that of its file: `it-compliance.conf` -> `it-compliance`. */
export const packNameOf = (file: string) => file.replace(/\.(conf|json|txt)$/i, '')
