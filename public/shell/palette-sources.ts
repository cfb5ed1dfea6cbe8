import { subjectOf } from '../../text/subject'
import { client } from '../api'
import { listedPages, mayOpen, pageInfo } from '../page-table'
import { navigate } from '../router'
import { isOperator } from '../session'
import { nextTheme } from '../theme'
import { signOut } from './account-menu'
import { openDialog } from './dialogs'

/** One line of the command palette. */
export interface Command {
  id: string
  title: string
  /** What it is: `Page`, `Job`. */
  group: string
  /** A status or the like, beside the title. */
  note?: string
  /** The page whose icon it shows. */
  page: string
  run(): void
}

/** Found per group. */
const FOUND_MAX = 5

const open = (path: string) => () => navigate(path)

function pages(): Command[] {
  const further = ['add-host', 'new-query', 'new-monitor', 'settings'].flatMap(name => pageInfo(name) ?? [])
  return [...listedPages, ...further]
    .filter(mayOpen)
    .map(({ name, path, title }) => ({ id: `page:${name}`, group: 'Page', title, page: name, run: open(path) }))
}

function actions(): Command[] {
  const forOperators = isOperator.value
    ? [{ id: 'run-job', title: 'Run job', page: 'jobs', run: () => openDialog('run-job') }]
    : []
  return [
    ...forOperators,
    { id: 'theme', title: 'Change theme', page: 'settings', run: nextTheme },
    { id: 'keys', title: 'Keyboard shortcuts', page: 'settings', run: () => openDialog('help') },
    { id: 'sign-out', title: 'Sign out', page: 'settings', run: () => void signOut() },
  ].map(action => ({ ...action, group: 'Action' }))
}

/** Pages and actions whose title has every typed word. */
export function localCommands(text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return [...pages(), ...actions()].filter(({ title, group }) => {
    const name = `${title} ${group}`.toLowerCase()
    return words.every(word => name.includes(word))
  })
}

/** Jobs, hosts, queries and monitors that the server finds. What one of them cannot answer is left out. */
export async function findCommands(q: string): Promise<Command[]> {
  const none = { items: [] }
  const [jobs, hosts, queries, monitors] = await Promise.all([
    client.get('/api/jobs', { q, limit: FOUND_MAX }).catch(() => none),
    client.get('/api/hosts', { q, limit: FOUND_MAX }).catch(() => none),
    client.get('/api/queries', { q, limit: FOUND_MAX }).catch(() => none),
    client.get('/api/monitors', { q, limit: FOUND_MAX }).catch(() => none),
  ])
  return [
    ...jobs.items.map(job => ({
      id: job.id,
      group: 'Job',
      title: subjectOf(job) || job.kind,
      note: job.status,
      page: 'jobs',
      run: open(`/jobs/${job.id}`),
    })),
    ...hosts.items.map(host => ({
      id: host.id,
      group: 'Host',
      title: host.hostname || host.host_identifier,
      note: host.status,
      page: 'hosts',
      run: open(`/hosts/${host.id}`),
    })),
    ...queries.items.map(query => ({
      id: query.id,
      group: 'Query',
      title: query.sql,
      note: query.status,
      page: 'queries',
      run: open(`/queries/${query.id}`),
    })),
    ...monitors.items.map(monitor => ({
      id: monitor.id,
      group: 'Monitor',
      title: monitor.name,
      note: monitor.status,
      page: 'monitors',
      run: open(`/monitors/${monitor.id}`),
    })),
  ]
}
