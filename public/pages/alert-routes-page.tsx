import { type Signal, useComputed, useSignal } from '@preact/signals'
import type { AlertRouting } from '../../src/contract/alert-routes'
import { counted } from '../../text/numbers'
import { ImportDialog } from '../alert-routes/import-dialog'
import { InhibitRules } from '../alert-routes/inhibit-rules'
import { type Known, RouteDialog } from '../alert-routes/route-dialog'
import { type RouteActions, RouteTree } from '../alert-routes/route-tree'
import { SaveBar } from '../alert-routes/save-bar'
import { TestBox } from '../alert-routes/test-box'
import { type Tested, wayOf } from '../alert-routes/test-labels'
import { TimeIntervals } from '../alert-routes/time-intervals'
import {
  addChild,
  countBelow,
  inheritedAt,
  moveAt,
  newRoute,
  type RoutePath,
  removeAt,
  replaceAt,
  routeAt,
} from '../alert-routes/tree'
import { type Routing, useRouting } from '../alert-routes/use-routing'
import { Failure } from '../components/empty'
import { PageFrame } from '../components/page-frame'
import { Ago } from '../components/time'
import { isAdmin } from '../session'
import { useFetch } from '../use-fetch'

const RECEIVERS_MAX = 500

/** Which alerts belong together, who is notified of them and when: the tree of routes, with a test. */
export default function AlertRoutesPage() {
  const routing = useRouting()
  const isImporting = useSignal(false)
  const { shown, stored, draft } = routing
  return (
    <PageFrame
      page="alert-routes"
      actions={
        isAdmin.value && (
          <button type="button" disabled={draft.value !== null} onClick={() => (isImporting.value = true)}>
            Import alertmanager.yml
          </button>
        )
      }
    >
      {stored.problem.value !== '' && <Failure message={stored.problem.value} onRetry={() => void stored.read()} />}
      {shown.value ? (
        <Editor shown={shown.value} routing={routing} />
      ) : (
        <div class="is-loading" aria-busy={stored.problem.value === ''} />
      )}
      {isImporting.value && (
        <ImportDialog onImported={() => void stored.read()} onClose={() => (isImporting.value = false)} />
      )}
    </PageFrame>
  )
}

interface Edited {
  path: RoutePath
  /** Whether it is a new child of the route at the path. */
  isNew: boolean
}

function Editor({ shown, routing }: { shown: AlertRouting; routing: Routing }) {
  const tested = useSignal<Tested | null>(null)
  const edited = useSignal<Edited | null>(null)
  const removed = useSignal<RoutePath | null>(null)
  const known = useKnown(shown)
  const way = useComputed(() => (tested.value ? wayOf(tested.value) : null))
  const { change, draft, stored } = routing
  const root = shown.route
  const actions: RouteActions = {
    onEdit: path => (edited.value = { path, isNew: false }),
    onAdd: path => (edited.value = { path, isNew: true }),
    onMove: (path, by) => change({ route: moveAt(root, path, by) }),
    onRemove: path => {
      if ((routeAt(root, path)?.routes.length ?? 0) > 0) removed.value = path
      else change({ route: removeAt(root, path) })
    },
  }
  const now = stored.value.value
  return (
    <>
      <p class="hint">
        An alert goes down the tree: the first child that matches takes it, and if none does, it stays.
        {now?.updated_at != null && (
          <>
            {' '}
            Version {now.version}, changed <Ago time={now.updated_at} /> by {now.updated_by}.
          </>
        )}
      </p>
      <div class="routes-layout">
        <div class="routes-main">
          <RouteTree root={root} actions={isAdmin.value ? actions : null} way={way.value} />
          <Removal root={root} removed={removed} onRemove={path => change({ route: removeAt(root, path) })} />
        </div>
        <TestBox draft={draft.value} tested={tested} />
      </div>
      <div class="panels">
        <InhibitRules
          rules={shown.inhibit_rules}
          labels={known.labels}
          onChange={isAdmin.value ? inhibit_rules => change({ inhibit_rules }) : null}
        />
        <TimeIntervals
          intervals={shown.time_intervals}
          onChange={isAdmin.value ? time_intervals => change({ time_intervals }) : null}
        />
      </div>
      <SaveBar routing={routing} />
      {edited.value && <EditedRoute root={root} known={known} edited={edited} onRoute={route => change({ route })} />}
    </>
  )
}

/** What routes refer to. */
function useKnown({ time_intervals }: AlertRouting): Known {
  const receivers = useFetch('/api/receivers', { limit: RECEIVERS_MAX })
  const facets = useFetch('/api/alerts/facets', {})
  return {
    receivers: (receivers.value.value?.items ?? []).map(({ name }) => name),
    intervals: Object.keys(time_intervals),
    labels: facets.value.value?.labels ?? [],
  }
}

interface EditedRouteProps {
  root: AlertRouting['route']
  known: Known
  edited: Signal<Edited | null>
  onRoute(root: AlertRouting['route']): void
}

function EditedRoute({ root, known, edited, onRoute }: EditedRouteProps) {
  if (!edited.value) return null
  const { path, isNew } = edited.value
  const parent = routeAt(root, path)
  if (!parent) return null
  return (
    <RouteDialog
      title={isNew ? 'New route' : path.length === 0 ? 'First route' : 'Route'}
      route={isNew ? newRoute() : parent}
      isRoot={!isNew && path.length === 0}
      inherited={inheritedAt(root, isNew ? [...path, parent.routes.length] : path)}
      known={known}
      onRoute={route => onRoute(isNew ? addChild(root, path, route) : replaceAt(root, path, route))}
      onClose={() => (edited.value = null)}
    />
  )
}

interface RemovalProps {
  root: AlertRouting['route']
  removed: Signal<RoutePath | null>
  onRemove(path: RoutePath): void
}

/** Asks before routes below are removed as well. Nothing is stored before the changes are saved. */
function Removal({ root, removed, onRemove }: RemovalProps) {
  const path = removed.value
  const route = path && routeAt(root, path)
  if (!path || !route) return null
  return (
    <div class="notice removal" role="alert">
      <span>Delete this route and {counted(countBelow(route), 'route')} below it?</span>
      <button type="button" onClick={() => (removed.value = null)}>
        Keep
      </button>
      <button
        type="button"
        class="danger"
        onClick={() => {
          removed.value = null
          onRemove(path)
        }}
      >
        Delete them
      </button>
    </div>
  )
}
