import { useEffect, useRef } from 'preact/hooks'
import type { SavedView } from '../../src/contract/saved-views'
import { client } from '../api'
import { useFetch } from '../use-fetch'
import { moveStoredViews } from './stored-views'

export type ViewPage = SavedView['page']

/** The saved views of a page: the user's own and those shared with the tenant. */
export function useViews(page: ViewPage) {
  const { value, read } = useFetch('/api/saved-views', { page, limit: 500 })
  const isMoved = useRef(false)
  useEffect(() => {
    if (page !== 'jobs' || isMoved.current) return
    isMoved.current = true
    void moveStoredViews().then(count => (count > 0 ? read() : undefined))
  }, [page])
  const views = value.value?.items ?? []
  return {
    views,
    /** Replaces the user's own view of that name. */
    async save(name: string, search: string, shared: boolean) {
      const known = views.find(view => view.own && view.name === name)
      if (known) await client.patch('/api/saved-views/{id}', { id: known.id, body: { search, shared } })
      else await client.post('/api/saved-views', { body: { page, name, search, shared } })
      await read()
    },
    async share(id: string) {
      await client.patch('/api/saved-views/{id}', { id, body: { shared: true } })
      await read()
    },
    async unshare(id: string, reason: string) {
      await client.patch('/api/saved-views/{id}', { id, body: { shared: false, reason } })
      await read()
    },
    async remove(id: string, reason: string) {
      await client.delete('/api/saved-views/{id}', { id, reason })
      await read()
    },
  }
}
