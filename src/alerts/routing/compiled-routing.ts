import type { AlertRouting, InhibitRule } from '../../contract/alert-routes'
import type { Labels } from '../../contract/matchers'
import { type CompiledRoute, compileTree, type RouteNode } from './compile-route'
import { labelsText } from './go-text'
import { NamedInterval } from './named-interval'

/** Where an alert's way through the tree ends, and the group that it belongs to there. */
export interface RouteEnd {
  route: CompiledRoute
  groupLabels: Labels
  /** Alertmanager's text: `{}/{team="web"}:{alertname="Flip"}`. Routes with the same matchers share it. */
  groupKey: string
}

/** A route that was looked at on the way of an alert. */
export interface RouteStep {
  node: RouteNode
  hasMatched: boolean
  isEnd: boolean
}

export interface CompiledRouting {
  /** `routing_version` of when it was read. */
  version: number
  config: AlertRouting
  inhibitRules: InhibitRule[]
  /**
   * Where an alert ends, in the order of the tree; at least one. Depth first: the first child that matches takes it,
   * those after it only if it says `continue`; a route keeps what none of its children takes.
   */
  ends(labels: Labels): RouteEnd[]
  /** Every route that is looked at for an alert, in order. */
  steps(labels: Labels): RouteStep[]
  /** Every route, the root first. */
  routes: readonly CompiledRoute[]
}

/** Compiles a configuration that has been checked. */
export function compileRouting(config: AlertRouting, version: number): CompiledRouting {
  const names = Object.entries(config.time_intervals)
  const intervals = new Map(names.map(([name, entries]) => [name, new NamedInterval(name, entries)]))
  const root = compileTree(config.route, intervals)
  // Label sets are never changed, and those of open alerts are asked for again and again.
  const known = new WeakMap<Labels, RouteEnd[]>()
  return {
    version,
    config,
    inhibitRules: config.inhibit_rules,
    routes: nodesOf(root),
    steps: labels => stepsOf(root, labels),
    ends(labels) {
      const found = known.get(labels) ?? endNodes(root, labels).map(node => endOf(node, labels))
      known.set(labels, found)
      return found
    },
  }
}

const nodesOf = (node: RouteNode): RouteNode[] => [node, ...node.children.flatMap(nodesOf)]

function endNodes(node: RouteNode, labels: Labels): RouteNode[] {
  const ends: RouteNode[] = []
  for (const child of node.index.matching(labels)) {
    ends.push(...endNodes(child, labels))
    if (!child.continues) break
  }
  return ends.length ? ends : [node]
}

function endOf(node: RouteNode, labels: Labels): RouteEnd {
  const { groupNames } = node
  const ofGroup = ([name, value]: [string, string]) => value !== '' && (!groupNames || groupNames.has(name))
  const groupLabels = Object.fromEntries(Object.entries(labels).filter(ofGroup))
  return { route: node, groupLabels, groupKey: `${node.keyText}:${labelsText(groupLabels)}` }
}

function stepsOf(node: RouteNode, labels: Labels): RouteStep[] {
  if (!node.matches(labels)) return [{ node, hasMatched: false, isEnd: false }]
  const below: RouteStep[] = []
  let isTaken = false
  for (const child of node.children) {
    const steps = stepsOf(child, labels)
    below.push(...steps)
    const hasMatched = steps[0]?.hasMatched ?? false
    isTaken ||= hasMatched
    if (hasMatched && !child.continues) break
  }
  return [{ node, hasMatched: true, isEnd: !isTaken }, ...below]
}
