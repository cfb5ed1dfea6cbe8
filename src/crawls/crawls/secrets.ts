import type { Sealer } from '../../base/sealed'
import type { CrawlSecrets } from '../../contract/crawl-settings'
import type { CrawlRow } from './crawl-store'

export const purposeOf = (id: string) => `crawl/${id}`

/** Names of secrets, such as `headers.x-key` and `basic`. */
export const secretNames = ({ headers = {}, basic }: CrawlSecrets): string[] => [
  ...Object.keys(headers).map(name => `headers.${name.toLowerCase()}`),
  ...(basic ? ['basic'] : []),
]

/** Secrets of a crawl; empty if it has none, or none that can be opened. */
export function openSecrets(sealer: Sealer, { id, secrets }: Pick<CrawlRow, 'id' | 'secrets'>): CrawlSecrets {
  const text = secrets === null ? undefined : sealer.open(secrets, purposeOf(id))
  return text === undefined ? {} : JSON.parse(text)
}

export const sealSecrets = (sealer: Sealer, id: string, secrets: CrawlSecrets): string | null =>
  secretNames(secrets).length ? sealer.seal(JSON.stringify(secrets), purposeOf(id)) : null

/** Secrets of an earlier crawl, with those that are given instead. */
export const mergedSecrets = (earlier: CrawlSecrets, { headers, basic }: CrawlSecrets): CrawlSecrets => {
  const merged = { headers: { ...earlier.headers, ...headers }, basic: basic ?? earlier.basic }
  return {
    ...(Object.keys(merged.headers).length && { headers: merged.headers }),
    ...(merged.basic && { basic: merged.basic }),
  }
}
