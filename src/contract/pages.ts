/** Headings of the sidebar, in its order. */
export const SECTIONS = ['Jobs', 'Fleet', 'Containers', 'Monitors', 'Alerts', 'Admin'] as const

export interface PageInfo {
  name: string
  /** `:id` stands for one segment. */
  path: string
  /** Addresses that the page had before. */
  aliases?: readonly string[]
  title: string
  /** Where the sidebar lists the page; `top` stands above the sections. Pages without it are reached from others. */
  section?: (typeof SECTIONS)[number] | 'top'
  /** The page whose entry in the sidebar is marked instead. */
  parent?: string
  /** Pressed after `g`, opens the page from anywhere. */
  key?: string
  /** Who finds it in menus; `installation` is whoever runs the installation. The API decides what may be read and done. */
  role?: 'operator' | 'admin' | 'installation'
  /** Needs no sign-in, and has no sidebar. */
  isPublic?: true
}

/**
 * Every page of the console: the server answers these addresses, and the browser takes its routes, sidebar, titles and
 * keys from here. The first path that matches wins.
 */
export const PAGES = [
  { name: 'sign-in', path: '/sign-in', title: 'Sign in', isPublic: true },
  { name: 'dashboard', path: '/', title: 'Overview', section: 'top', key: 'o' },

  { name: 'jobs', path: '/jobs', aliases: ['/queue'], title: 'Jobs', section: 'Jobs', key: 'j' },
  { name: 'job', path: '/jobs/:id', title: 'Job', parent: 'jobs' },
  { name: 'schedules', path: '/schedules', title: 'Schedules', section: 'Jobs', key: 'd' },
  { name: 'queues', path: '/queues', title: 'Queues', section: 'Jobs', key: 'q' },
  { name: 'errors', path: '/errors', title: 'Errors', section: 'Jobs', key: 'e' },
  { name: 'workers', path: '/workers', title: 'Workers', section: 'Jobs', key: 'w', role: 'installation' },

  { name: 'hosts', path: '/hosts', title: 'Hosts', section: 'Fleet', key: 'h' },
  { name: 'queries', path: '/queries', title: 'Live queries', section: 'Fleet', key: 'l' },
  { name: 'saved-queries', path: '/hosts/saved-queries', title: 'Saved queries', section: 'Fleet', key: 'v' },
  { name: 'packs', path: '/hosts/packs', title: 'Packs', section: 'Fleet', key: 'p' },
  { name: 'labels', path: '/hosts/labels', title: 'Labels', section: 'Fleet', key: 'b' },
  { name: 'files', path: '/hosts/files', title: 'Files', section: 'Fleet', key: 'f' },
  {
    name: 'enroll-secrets',
    path: '/admin/enroll-secrets',
    aliases: ['/hosts/secrets'],
    title: 'Enroll secrets',
    section: 'Admin',
    key: 'n',
    role: 'admin',
  },
  { name: 'add-host', path: '/hosts/add', title: 'Add host', parent: 'hosts', role: 'operator' },
  { name: 'host', path: '/hosts/:id', title: 'Host', parent: 'hosts' },
  { name: 'new-query', path: '/queries/new', title: 'New query', parent: 'queries', role: 'operator' },
  { name: 'query', path: '/queries/:id', title: 'Query', parent: 'queries' },

  { name: 'containers', path: '/containers', title: 'Containers', section: 'Containers' },
  { name: 'container-logs', path: '/containers/logs', title: 'Container logs', section: 'Containers' },
  { name: 'container', path: '/containers/:id', title: 'Container', parent: 'containers' },
  { name: 'agents', path: '/agents', title: 'Agents', section: 'Containers' },
  { name: 'agent', path: '/agents/:id', title: 'Agent', parent: 'agents' },

  { name: 'monitors', path: '/monitors', title: 'Monitors', section: 'Monitors', key: 'g' },
  { name: 'new-monitor', path: '/monitors/new', title: 'Add monitor', parent: 'monitors', role: 'operator' },
  { name: 'monitor', path: '/monitors/:id', title: 'Monitor', parent: 'monitors' },
  { name: 'edit-monitor', path: '/monitors/:id/edit', title: 'Edit monitor', parent: 'monitors', role: 'operator' },
  { name: 'status-pages', path: '/status-pages', title: 'Status pages', section: 'Monitors' },
  { name: 'crawls', path: '/crawls', title: 'Crawls', section: 'Monitors' },
  { name: 'new-crawl', path: '/crawls/new', title: 'New crawl', parent: 'crawls', role: 'operator' },
  { name: 'robots-test', path: '/crawls/robots', title: 'Test a robots.txt', parent: 'crawls', role: 'operator' },
  { name: 'crawl', path: '/crawls/:id', title: 'Crawl', parent: 'crawls' },

  { name: 'incidents', path: '/incidents', title: 'Incidents', section: 'Alerts', key: 'i' },
  { name: 'alerts', path: '/alerts', title: 'Alerts', section: 'Alerts', key: 'u' },
  { name: 'silences', path: '/silences', title: 'Silences', section: 'Alerts', key: 'z' },
  { name: 'notifications', path: '/notifications', title: 'Notifications', section: 'Alerts', key: 'y' },
  { name: 'alert-routes', path: '/alert-routes', title: 'Routes', section: 'Alerts', key: 'x' },
  { name: 'alert-rules', path: '/alert-rules', title: 'Rules', section: 'Alerts', key: 'k' },
  { name: 'incident', path: '/incidents/:id', title: 'Incident', parent: 'incidents' },
  { name: 'alert', path: '/alerts/:id', title: 'Alert', parent: 'alerts' },

  { name: 'members', path: '/admin/members', title: 'Members', section: 'Admin', key: 'm', role: 'admin' },
  { name: 'tokens', path: '/admin/tokens', title: 'API tokens', section: 'Admin', key: 't', role: 'admin' },
  { name: 'receivers', path: '/admin/receivers', title: 'Receivers', section: 'Admin', key: 'c' },
  { name: 'audit', path: '/admin/audit', title: 'Audit log', section: 'Admin', key: 'a', role: 'admin' },
  { name: 'retention', path: '/admin/retention', title: 'Retention', section: 'Admin', key: 'r' },
  { name: 'logs', path: '/logs', title: 'Service logs', section: 'Admin', key: 's' },
  { name: 'settings', path: '/settings', title: 'Account' },
  { name: 'set-password', path: '/set-password', title: 'Set a password' },
] as const satisfies readonly PageInfo[]

export type PageName = (typeof PAGES)[number]['name']
