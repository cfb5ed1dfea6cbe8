import { z } from 'zod'
import { actor } from './access'
import { byId, page as pageOfItems, paging, reason, reasonQuery, time, uuid, visibleText } from './fields'
import type { Routes } from './route'
import { VIEW_PAGES } from './values'

const page = z.enum(VIEW_PAGES)
const name = visibleText(60)
/** The query string of the page, with its `?`. */
const search = z
  .string()
  .max(2_000)
  .regex(/^(\?[^\0\p{Surrogate}]*)?$/u, 'must be empty or begin with ?')

/** A named filter of a list. */
export const savedView = z
  .object({
    id: uuid,
    page,
    name: z.string(),
    search: z.string().meta({ description: 'Query string of the page, with its `?`.' }),
    shared: z.boolean().meta({ description: 'Whether everybody in the tenant sees it.' }),
    own: z.boolean().meta({ description: 'Whether it belongs to the caller.' }),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'SavedView' })
export type SavedView = z.output<typeof savedView>

export const savedViewRoutes = {
  list: {
    method: 'get',
    path: '/api/saved-views',
    role: 'viewer',
    summary: "Lists the caller's saved views and those shared with the tenant, oldest first.",
    query: z.strictObject({ page: page.optional(), ...paging({ defaultLimit: 100 }) }),
    replies: { 200: pageOfItems(savedView) },
  },
  create: {
    method: 'post',
    path: '/api/saved-views',
    role: 'viewer',
    summary: 'Saves the filters of a page under a name. A shared view is visible to everybody in the tenant.',
    body: z.strictObject({ page, name, search: search.default(''), shared: z.boolean().default(false) }),
    replies: { 201: savedView },
  },
  update: {
    method: 'patch',
    path: '/api/saved-views/{id}',
    role: 'viewer',
    summary: 'Changes a saved view. Only its owner or an admin may change a shared one.',
    params: byId,
    body: z.strictObject({
      name: name.optional(),
      search: search.optional(),
      shared: z.boolean().optional(),
      reason: reason.optional(),
    }),
    replies: { 200: savedView },
  },
  delete: {
    method: 'delete',
    path: '/api/saved-views/{id}',
    role: 'viewer',
    summary: 'Deletes a saved view. Only its owner or an admin may delete a shared one.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
