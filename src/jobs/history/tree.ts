import type { TreeNode } from '../../contract/jobs'
import { shownOutcome } from '../lifecycle/job'
import { readOutcome } from '../lifecycle/rows'
import type { TreeRow } from './history-store'

/** @param found parents before their children */
export function nest(found: readonly TreeRow[]): TreeNode | undefined {
  const nodes = new Map<string, TreeNode>()
  for (const row of found) {
    const node = nodeOf(row)
    nodes.set(row.id, node)
    if (nodes.size > 1) nodes.get(row.parent_id ?? '')?.children.push(node)
  }
  return nodes.values().next().value
}

function nodeOf({ outcome_level, outcome_text, created_at, started_at, ended_at, ...rest }: TreeRow): TreeNode {
  return {
    ...rest,
    outcome: shownOutcome({ status: rest.status, outcome: readOutcome({ outcome_level, outcome_text }) }),
    created_at: created_at.toISOString(),
    started_at: started_at?.toISOString() ?? null,
    ended_at: ended_at?.toISOString() ?? null,
    children: [],
  }
}
