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
  | { page: 'missing' }

const PLAIN = {
  '': 'dashboard',
  queue: 'queue',
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
  const name = parts.join('/')
  return { page: name in PLAIN ? PLAIN[name as keyof typeof PLAIN] : 'missing' }
}

function decode(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
