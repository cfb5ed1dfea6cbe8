import type { QueryTarget } from '../../../src/contract/queries'

export interface ErrorGroup {
  message: string
  hosts: Array<Pick<QueryTarget, 'host_id' | 'hostname' | 'host_identifier'>>
}

/** Groups hosts by the error they reported, most frequent first. */
export function groupErrors(hosts: readonly QueryTarget[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const host of hosts) {
    const message = host.error || 'The host did not report a reason.'
    const group = groups.get(message) ?? { message, hosts: [] }
    group.hosts.push(host)
    groups.set(message, group)
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length || (a.message < b.message ? -1 : 1))
}
