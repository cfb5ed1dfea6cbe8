/** A query with a name, to be run again. */
export interface SavedQuery {
  id: string
  name: string
  description: string
  sql: string
  platforms: string[]
  created_at: string
  updated_at: string
}
