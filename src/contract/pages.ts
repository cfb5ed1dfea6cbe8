export interface PageInfo {
  name: string
  /** `:id` stands for one segment. */
  path: string
  title: string
  /** The page whose navigation entry is highlighted; a page that names itself has an entry. */
  area?: string
  /** Minimum role to show it in menus. Access itself is controlled by the endpoints. */
  role?: 'admin'
  /** Keyboard shortcut that opens it from any page. */
  key?: string
  /** Needs no sign-in, and is shown without navigation. */
  isPublic?: true
}

/**
 * All pages of the browser app. The server serves these paths, and the app takes its routes, navigation, titles and
 * shortcuts from here. The first matching path wins. Navigation shows the pages in this order.
 */
export const PAGES = [
  { name: 'sign-in', path: '/sign-in', title: 'Sign in', isPublic: true },
  { name: 'dashboard', path: '/', title: 'Dashboard', area: 'dashboard', key: 'D' },
  { name: 'queue', path: '/queue', title: 'Queue', area: 'queue', key: 'Q' },
  { name: 'job', path: '/jobs/:id', title: 'Job', area: 'queue' },
  { name: 'hosts', path: '/hosts', title: 'Hosts', area: 'hosts', key: 'H' },
  { name: 'saved-queries', path: '/hosts/saved-queries', title: 'Saved queries', area: 'hosts' },
  { name: 'packs', path: '/hosts/packs', title: 'Packs', area: 'hosts' },
  { name: 'labels', path: '/hosts/labels', title: 'Labels', area: 'hosts' },
  { name: 'enroll-secrets', path: '/hosts/secrets', title: 'Enroll secrets', area: 'hosts', role: 'admin' },
  { name: 'add-host', path: '/hosts/add', title: 'Add host', area: 'hosts' },
  { name: 'host', path: '/hosts/:id', title: 'Host', area: 'hosts' },
  { name: 'queries', path: '/queries', title: 'Queries', area: 'queries', key: 'U' },
  { name: 'new-query', path: '/queries/new', title: 'New query', area: 'queries' },
  { name: 'query', path: '/queries/:id', title: 'Query', area: 'queries' },
  { name: 'logs', path: '/logs', title: 'Service logs', area: 'logs', key: 'L' },
  { name: 'retention', path: '/admin/retention', title: 'Retention', area: 'retention' },
  { name: 'audit', path: '/admin/audit', title: 'Audit log', area: 'audit', role: 'admin' },
  { name: 'members', path: '/admin/members', title: 'Members', area: 'members', role: 'admin' },
  { name: 'settings', path: '/settings', title: 'Settings' },
] as const satisfies readonly PageInfo[]

export type PageName = (typeof PAGES)[number]['name']

/** Paths of future pages. They are already served, so that nothing else can use them. */
export const RESERVED_PATHS = ['/monitors', '/monitors/:id', '/incidents', '/crawls', '/crawls/:id']
