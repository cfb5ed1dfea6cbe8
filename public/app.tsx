import { effect } from '@preact/signals'
import { render } from 'preact'
import { onSignedOut } from './api'
import { startClock } from './clock'
import { Empty } from './components/empty'
import { Layout } from './components/layout'
import { liveState } from './live'
import { AuditPage } from './pages/audit-page'
import { DashboardPage } from './pages/dashboard-page'
import { FleetPage } from './pages/fleet-page'
import { HostPage } from './pages/host-page'
import { HostsPage } from './pages/hosts-page'
import { JobPage } from './pages/job-page'
import { LogsPage } from './pages/logs-page'
import { MembersPage } from './pages/members-page'
import { NewQueryPage } from './pages/new-query-page'
import { QueriesPage } from './pages/queries-page'
import { QueryPage } from './pages/query-page'
import { QueuePage } from './pages/queue-page'
import { RetentionPage } from './pages/retention-page'
import { SettingsPage } from './pages/settings-page'
import { SignInPage } from './pages/sign-in-page'
import { navigate, route, startRouter } from './router'
import { loadMe } from './session'
import { cleanShownText } from './shown-text'
import { startTheme } from './theme'

const TITLES: Record<string, string> = {
  dashboard: 'Dashboard',
  queue: 'Queue',
  job: 'Job',
  hosts: 'Hosts',
  host: 'Host',
  fleet: 'Fleet',
  queries: 'Queries',
  'new-query': 'New query',
  query: 'Query',
  logs: 'Service logs',
  settings: 'Settings',
  members: 'Members',
  audit: 'Audit log',
  retention: 'Retention',
  'sign-in': 'Sign in',
}

function App() {
  const place = route.value
  if (place.page === 'sign-in') return <SignInPage />
  return (
    <Layout page={place.page}>
      {place.page === 'dashboard' && <DashboardPage />}
      {place.page === 'queue' && <QueuePage />}
      {place.page === 'job' && <JobPage key={place.id} id={place.id} />}
      {place.page === 'hosts' && <HostsPage />}
      {place.page === 'host' && <HostPage key={place.id} id={place.id} />}
      {place.page === 'fleet' && <FleetPage key={place.section} section={place.section} />}
      {place.page === 'queries' && <QueriesPage />}
      {place.page === 'new-query' && <NewQueryPage />}
      {place.page === 'query' && <QueryPage key={place.id} id={place.id} />}
      {place.page === 'logs' && <LogsPage />}
      {place.page === 'settings' && <SettingsPage />}
      {place.page === 'members' && <MembersPage />}
      {place.page === 'audit' && <AuditPage />}
      {place.page === 'retention' && <RetentionPage />}
      {place.page === 'missing' && (
        <Empty title="There is no such page.">
          <a href="/queue">Go to the queue</a>
        </Empty>
      )}
    </Layout>
  )
}

/** To the sign-in page and, after it, back to where one was. */
function askToSignIn() {
  if (route.value.page === 'sign-in') return
  const next = location.pathname + location.search + location.hash
  navigate(`/sign-in?next=${encodeURIComponent(next)}`, { replace: true })
}

onSignedOut(askToSignIn)
effect(() => {
  if (liveState.value.error?.status === 401) askToSignIn()
})
effect(() => {
  document.title = `${TITLES[route.value.page] ?? 'Not found'} · Tailrace`
})
cleanShownText()
startTheme()
startClock()
startRouter()
if (route.value.page !== 'sign-in') void loadMe()
const root = document.getElementById('app')
if (root) render(<App />, root)
