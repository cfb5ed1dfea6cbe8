import type { TreeRow } from './history-store'

export interface TreeNode extends Omit<TreeRow, 'created_at' | 'started_at' | 'ended_at'> {
  created_at: string
  started_at: string | null
  ended_at: string | null
  children: TreeNode[]
}

/** @param found parents before their children */
export function nest(found: readonly TreeRow[]): TreeNode | undefined {
  const nodes = new Map<string, TreeNode>()
  for (const row of found) {
    const { created_at, started_at, ended_at, ...rest } = row
    const times = {
      created_at: created_at.toISOString(),
      started_at: started_at?.toISOString() ?? null,
      ended_at: ended_at?.toISOString() ?? null,
    }
    const node: TreeNode = { ...rest, ...times, children: [] }
    nodes.set(row.id, node)
    if (nodes.size > 1) nodes.get(row.parent_id ?? '')?.children.push(node)
  }
  return nodes.values().next().value
}
