export type Route =
  | { page: 'sign-in' }
  | { page: 'dashboard' }
  | { page: 'queue' }
  | { page: 'job'; id: string }
  | { page: 'logs' }
  | { page: 'settings' }
  | { page: 'members' }
  | { page: 'audit' }
  | { page: 'retention' }
  | { page: 'hosts' }
  | { page: 'host'; id: string }
  | { page: 'fleet'; section: FleetSection }
  | { page: 'queries' }
  | { page: 'new-query' }
  | { page: 'query'; id: string }
  | { page: 'missing' }

/** Pages beside the list of hosts; an id of a host is never one of these words. */
const FLEET_SECTIONS = ['add', 'labels', 'saved-queries', 'packs', 'secrets'] as const
export type FleetSection = (typeof FLEET_SECTIONS)[number]

const PLAIN = {
  '': 'dashboard',
  queue: 'queue',
  hosts: 'hosts',
  queries: 'queries',
  'queries/new': 'new-query',
  logs: 'logs',
  settings: 'settings',
  'sign-in': 'sign-in',
  'admin/members': 'members',
  'admin/audit': 'audit',
  'admin/retention': 'retention',
} as const

/** Which page a path names. */
export function routeOf(path: string): Route {
  const parts = path.split('/').filter(Boolean)
  const [first, id, ...more] = parts
  if (first === 'jobs' && id !== undefined && more.length === 0) return { page: 'job', id: decode(id) }
  if (first === 'hosts' && id !== undefined && more.length === 0) return fleetRouteOf(id)
  const name = parts.join('/')
  if (name in PLAIN) return { page: PLAIN[name as keyof typeof PLAIN] }
  if (first === 'queries' && id !== undefined && more.length === 0) return { page: 'query', id: decode(id) }
  return { page: 'missing' }
}

function fleetRouteOf(id: string): Route {
  const section = FLEET_SECTIONS.find(each => each === id)
  return section ? { page: 'fleet', section } : { page: 'host', id: decode(id) }
}

function decode(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
