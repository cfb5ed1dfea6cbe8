import { effect } from '@preact/signals'
import { render } from 'preact'
import type { PageInfo } from '../src/contract/pages'
import { onReached, onSignedOut } from './api'
import { startClock } from './clock'
import { Empty, Failure } from './components/empty'
import { liveState } from './live'
import { noteReachable, noteUnreachable } from './outage'
import { failedPage, loadedPages, loadPage, preloadPages } from './page-loader'
import { mayOpen, pageInfo } from './page-table'
import { navigate, route, startRouter } from './router'
import { sanitizeText } from './sanitize-text'
import { hasSessionEnded, loadMe, me } from './session'
import { Shell } from './shell/shell'
import { startTheme } from './theme'

function App() {
  const { page } = route.value
  if (pageInfo(page)?.isPublic) return <Page />
  return (
    <Shell page={page}>
      <Page />
    </Shell>
  )
}

function Page() {
  const { page, id } = route.value
  if (page === 'missing') {
    return (
      <Empty title="Page not found">
        <a href="/jobs">Back to jobs</a>
      </Empty>
    )
  }
  const info = pageInfo(page)
  if (me.value && info && !mayOpen(info)) return <NotAllowed role={info.role} />
  const Component = loadedPages.value.get(page)
  if (Component) return <Component key={`${page} ${id}`} id={id} />
  if (failedPage.value !== page) return <div class="page is-loading" aria-busy="true" />
  return (
    <Failure
      message="This page could not be loaded. Tailrace may have been updated: reload to get the current version."
      action="Reload"
      onRetry={() => location.reload()}
    />
  )
}

function NotAllowed({ role }: { role: PageInfo['role'] }) {
  return (
    <Empty title="Not allowed">
      <p>
        {role === 'installation'
          ? 'This page is for those who run the installation.'
          : `This page requires the role ${role}. Your role is ${me.value?.role}.`}
      </p>
      <a href="/">Go to the overview</a>
    </Empty>
  )
}

/** Goes to the sign-in page, which leads back here. */
function requireSignIn() {
  if (route.value.page === 'sign-in') return
  hasSessionEnded.value = true
  const next = location.pathname + location.search + location.hash
  navigate(`/sign-in?next=${encodeURIComponent(next)}`, { replace: true })
}

onSignedOut(requireSignIn)
onReached(isReached => (isReached ? noteReachable() : noteUnreachable()))
effect(() => {
  if (liveState.value.error?.status === 401) requireSignIn()
})
effect(() => {
  document.title = `${pageInfo(route.value.page)?.title ?? 'Not found'} · Tailrace`
})
effect(() => {
  const { page } = route.value
  if (page !== 'missing') void loadPage(page)
})
sanitizeText()
startTheme()
startClock()
startRouter()
if (route.value.page !== 'sign-in') void loadMe()
const root = document.getElementById('app')
if (root) render(<App />, root)
void preloadPages()
