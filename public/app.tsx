import { effect } from '@preact/signals'
import { render } from 'preact'
import { onSignedOut } from './api'
import { startClock } from './clock'
import { Empty, Failure } from './components/empty'
import { Layout } from './components/layout'
import { liveState } from './live'
import { failedPage, loadedPages, loadPage, preloadPages } from './page-loader'
import { pageInfo } from './page-table'
import { navigate, route, startRouter } from './router'
import { sanitizeText } from './sanitize-text'
import { loadMe } from './session'
import { startTheme } from './theme'

function App() {
  const { page } = route.value
  if (pageInfo(page)?.isPublic) return <Page />
  return (
    <Layout page={page}>
      <Page />
    </Layout>
  )
}

function Page() {
  const { page, id } = route.value
  if (page === 'missing') {
    return (
      <Empty title="Page not found">
        <a href="/queue">Back to queue</a>
      </Empty>
    )
  }
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

/** Goes to the sign-in page, which leads back here. */
function requireSignIn() {
  if (route.value.page === 'sign-in') return
  const next = location.pathname + location.search + location.hash
  navigate(`/sign-in?next=${encodeURIComponent(next)}`, { replace: true })
}

onSignedOut(requireSignIn)
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
