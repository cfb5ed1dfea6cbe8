import type { Host } from '../../src/contract/hosts'
import type { Targets } from '../../src/contract/queries'
import { clean } from '../../text/display'
import type { Api } from '../api'
import { EXIT, Failure, wrongUsage } from '../exit'

export interface Chosen {
  all?: boolean | undefined
  host?: string[] | undefined
  platform?: string[] | undefined
  label?: string[] | undefined
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Max hosts found by text that are compared. */
const SEARCH_MAX = 500
const NAMED_MAX = 5

/** The targets of a query. @throws Failure if none are given or a host is unknown */
export async function targetsOf(api: Api, chosen: Chosen, defaultPlatforms: readonly string[] = []): Promise<Targets> {
  const { all, host = [], platform = [], label = [] } = chosen
  const isChosen = all || host.length || platform.length || label.length
  const platforms = isChosen ? platform : defaultPlatforms
  if (!isChosen && !platforms.length) throw wrongUsage('Select hosts with --all, --host, --platform or --label.')
  const ids = await Promise.all([...new Set(host)].map(name => hostId(api, name)))
  return {
    ...(all && { all: true as const }),
    ...(ids.length && { host_ids: [...new Set(ids)] }),
    ...(platforms.length && { platforms: [...platforms] }),
    ...(label.length && { labels: label }),
  }
}

/** The id of the host with this id, identifier or name. */
async function hostId(api: Api, name: string): Promise<string> {
  // An identifier is often a UUID, too: that of the hardware.
  const found = UUID.test(name) ? await withId(api, name) : undefined
  if (found) return found
  const { items } = await api.get('/api/hosts', { q: name, limit: SEARCH_MAX })
  const is = (text: string) => text.toLowerCase() === name.toLowerCase()
  const identified = items.filter(host => host.host_identifier === name)
  const matches = identified.length ? identified : items.filter(host => is(host.hostname) || is(host.host_identifier))
  const [first, ...others] = matches
  if (!first) throw new Failure(EXIT.missing, `There is no host "${clean(name)}". See: tailrace hosts --q ...`)
  if (others.length) throw wrongUsage(ambiguous(name, matches))
  return first.id
}

async function withId(api: Api, id: string): Promise<string | undefined> {
  try {
    return (await api.get('/api/hosts/{id}', { id })).id
  } catch (error) {
    if (error instanceof Failure && error.exitCode === EXIT.missing) return undefined
    throw error
  }
}

function ambiguous(name: string, matches: readonly Host[]): string {
  const named = matches.slice(0, NAMED_MAX).map(({ id, host_identifier }) => `\n  ${id}  ${clean(host_identifier)}`)
  const more = matches.length > NAMED_MAX ? '\n  ...' : ''
  return `${matches.length} hosts are called "${clean(name)}". Select one by its id:${named.join('')}${more}`
}
