import type { Actor } from '../../../src/contract/access'

/** A group of hosts: by hand, or by a query whose rows make a host a member. */
export interface Label {
  id: string
  name: string
  description: string
  /** Null: by hand. */
  sql: string | null
  platforms: string[]
  host_count: number
  created_at: string
  updated_at: string
  created_by: Actor
}

export const isManual = (label: Pick<Label, 'sql'>) => label.sql === null
