import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide'
import type { ComponentChildren } from 'preact'
import type { AlertRoute } from '../../src/contract/alert-routes'
import { matcherText } from '../alerts/matcher-text'
import { Icon } from '../components/icon'
import { canMove, type Effective, effectiveOf, type RoutePath } from './tree'
import { waitText } from './wait-text'

/** What people can do with a route. */
export interface RouteActions {
  onEdit(path: RoutePath): void
  onAdd(path: RoutePath): void
  onMove(path: RoutePath, by: -1 | 1): void
  onRemove(path: RoutePath): void
}

/** How a route took part in a test, by its path. */
export type Way = ReadonlyMap<string, 'end' | 'passed' | 'tried'>

interface RouteTreeProps {
  root: AlertRoute
  /** Null for those who may only look. */
  actions: RouteActions | null
  /** Null: nothing is tested. */
  way: Way | null
}

/** The tree of routes as boxes with their children below. What a route inherits is pale. */
export const RouteTree = ({ root, actions, way }: RouteTreeProps) => (
  <ol class={`route-tree${way ? ' is-tested' : ''}`} aria-label="Routes">
    <RouteNode root={root} route={root} path={[]} inherited={undefined} actions={actions} way={way} />
  </ol>
)

interface RouteNodeProps extends RouteTreeProps {
  route: AlertRoute
  path: RoutePath
  inherited: Effective | undefined
}

const WAY_WORDS = { end: 'taken', passed: 'passed', tried: 'does not match' }

function RouteNode({ root, route, path, inherited, actions, way }: RouteNodeProps) {
  const applies = effectiveOf(route, inherited)
  const part = way?.get(path.join())
  return (
    <li class={`route-node${part ? ` is-${part}` : ''}`} data-route={path.join()}>
      <div class="route-box">
        <div class="route-what">
          <p class="route-matchers">
            {path.length === 0 ? (
              <b>All alerts</b>
            ) : route.matchers.length === 0 ? (
              <i>everything</i>
            ) : (
              route.matchers.map(matcherText).map(text => (
                <code key={text} class="tag">
                  {text}
                </code>
              ))
            )}
            {route.continue && (
              <span class="badge" title="Its siblings are tried, too">
                continue
              </span>
            )}
            {part && <span class={`route-way is-${part}`}>{WAY_WORDS[part]}</span>}
          </p>
          <RouteFacts route={route} applies={applies} />
        </div>
        {actions && <NodeActions root={root} path={path} actions={actions} />}
      </div>
      {route.routes.length > 0 && (
        <ol>
          {route.routes.map((child, at) => (
            <RouteNode key={at} {...{ root, route: child, actions, way }} path={[...path, at]} inherited={applies} />
          ))}
        </ol>
      )}
    </li>
  )
}

function RouteFacts({ route, applies }: { route: AlertRoute; applies: Effective }) {
  const pale = (value: unknown) => (value === undefined ? 'is-inherited' : undefined)
  const { mute_time_intervals, active_time_intervals, expect_every_seconds } = route
  return (
    <dl class="route-facts">
      <Fact name="to" isInherited={route.receiver === undefined}>
        <b>{applies.receiver ?? 'incidents only'}</b>
      </Fact>
      <Fact name="grouped by" isInherited={route.group_by === undefined}>
        {groupText(applies.group_by)}
      </Fact>
      <Fact name="waits" isInherited={false}>
        <span class={pale(route.group_wait_seconds)} title="Before the first notification of a group">
          {waitText(applies.group_wait_seconds)}
        </span>
        {' · '}
        <span class={pale(route.group_interval_seconds)} title="Between notifications of a group">
          {waitText(applies.group_interval_seconds)}
        </span>
        {' · '}
        <span class={pale(route.repeat_interval_seconds)} title="Until it is repeated">
          {waitText(applies.repeat_interval_seconds)}
        </span>
      </Fact>
      {mute_time_intervals.length > 0 && <Fact name="not in">{mute_time_intervals.join(', ')}</Fact>}
      {active_time_intervals.length > 0 && <Fact name="only in">{active_time_intervals.join(', ')}</Fact>}
      {expect_every_seconds !== undefined && <Fact name="expected every">{waitText(expect_every_seconds)}</Fact>}
    </dl>
  )
}

/** The labels of a group in words. */
export function groupText(group_by: readonly string[]): string {
  if (group_by.length === 0) return 'nothing'
  return group_by.includes('...') ? 'all labels' : group_by.join(', ')
}

interface FactProps {
  name: string
  isInherited?: boolean
  children: ComponentChildren
}

const Fact = ({ name, isInherited = false, children }: FactProps) => (
  <div class={isInherited ? 'is-inherited' : undefined} title={isInherited ? 'From the route above' : undefined}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

interface NodeActionsProps {
  root: AlertRoute
  path: RoutePath
  actions: RouteActions
}

function NodeActions({ root, path, actions }: NodeActionsProps) {
  const name = path.length === 0 ? 'the first route' : `route ${path.map(at => at + 1).join('.')}`
  return (
    <div class="route-actions">
      {path.length > 0 && (
        <>
          <button
            type="button"
            class="quiet icon"
            aria-label={`Move ${name} up`}
            disabled={!canMove(root, path, -1)}
            onClick={() => actions.onMove(path, -1)}
          >
            <Icon of={ArrowUp} size={14} />
          </button>
          <button
            type="button"
            class="quiet icon"
            aria-label={`Move ${name} down`}
            disabled={!canMove(root, path, 1)}
            onClick={() => actions.onMove(path, 1)}
          >
            <Icon of={ArrowDown} size={14} />
          </button>
        </>
      )}
      <button type="button" class="quiet icon" aria-label={`Edit ${name}`} onClick={() => actions.onEdit(path)}>
        <Icon of={Pencil} size={14} />
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={`Add a route below ${name}`}
        title="Add a route below"
        onClick={() => actions.onAdd(path)}
      >
        <Icon of={Plus} size={14} />
      </button>
      {path.length > 0 && (
        <button type="button" class="quiet icon" aria-label={`Delete ${name}`} onClick={() => actions.onRemove(path)}>
          <Icon of={Trash2} size={14} />
        </button>
      )}
    </div>
  )
}
