import type { Endpoint } from '../../api'
import { created, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import { badRequest, conflict, notFound, type Problem } from '../../base/errors'
import { z } from '../../base/parse'
import type { AlertItem } from '../../contract/alerts'
import type { Matcher } from '../../contract/matchers'
import { silenceRoutes as routes, silenceState } from '../../contract/silences'
import { checkMatchers } from '../matching'
import type { OpenAlert } from '../occurrences/open-alert'
import type { SilencePreview } from './preview'
import { type StoredSilence, shownSilence } from './silence'
import type { SilenceFields } from './silence-edit'
import { SilenceError } from './silence-error'
import { isActive, type Silences } from './silences'

interface Deps {
  silences: Silences
  preview: SilencePreview
  /** How the alerts API shows alerts. */
  describe(tenantId: string, alerts: readonly OpenAlert[]): Promise<AlertItem[]>
}

const cursorShape = z.object({ state: silenceState, endsAt: z.number(), id: z.string() })

export const silenceEndpoints = (deps: Deps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  previewRoute(deps),
  readRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
]

const listRoute = (deps: Deps) =>
  endpoint(routes.list, async ({ principal: { tenantId }, query: { state: states, q, cursor, limit } }) => {
    const now = Date.now()
    const place = { states, q, after: readCursor(cursor, cursorShape), limit: limit + 1 }
    const found = await deps.silences.list(tenantId, place, now)
    const { items, next_cursor } = pageOf(found, limit, ({ state, endsAt, id }) => ({ state, endsAt, id }))
    return ok({
      items: await itemsOf(
        deps,
        tenantId,
        items.map(({ silence }) => silence),
        now,
      ),
      next_cursor,
    })
  })

async function itemsOf({ preview }: Deps, tenantId: string, silences: readonly StoredSilence[], now: number) {
  const counts = silences.some(silence => isActive(silence, now)) ? await preview.mutedCounts(tenantId) : undefined
  return silences.map(silence => ({
    ...shownSilence(silence, now),
    muted_count: isActive(silence, now) ? (counts?.get(silence.id) ?? 0) : null,
  }))
}

const createRoute = (deps: Deps) =>
  endpoint(routes.create, async ({ principal: by, body }) => {
    const { matchers, comment } = body
    checkMatchers(matchers, 'body.matchers')
    if (!body.confirm) await requireConfirm(deps, by.tenantId, matchers)
    const startsAt = body.starts_at === undefined ? null : Date.parse(body.starts_at)
    const fields = { matchers, startsAt, endsAt: Date.parse(body.ends_at), comment }
    const silence = await deps.silences
      .create(by, { ...fields, createdBy: by.actor.name, annotations: {} })
      .catch(rethrowAsProblem)
    return created(shownSilence(silence, Date.now()))
  })

/** @throws Problem 409 when matchers would mute very many alerts */
async function requireConfirm({ preview }: Deps, tenantId: string, matchers: readonly Matcher[]): Promise<void> {
  const { count, needsConfirm } = await preview.of(tenantId, matchers)
  if (!needsConfirm) return
  const detail = `This would mute very many alerts (${count} now): send "confirm": true if that is meant.`
  throw conflict('confirm_needed', detail)
}

const previewRoute = ({ preview, describe }: Deps) =>
  endpoint(routes.preview, async ({ principal: { tenantId }, body: { matchers } }) => {
    checkMatchers(matchers, 'body.matchers')
    const { count, alerts, needsConfirm } = await preview.of(tenantId, matchers)
    return ok({
      count,
      items: await describe(tenantId, alerts),
      recent_count: await preview.recentCount(tenantId, matchers),
      needs_confirm: needsConfirm,
    })
  })

const readRoute = (deps: Deps) =>
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const found = await deps.silences.find(tenantId, id)
    if (!found) throw notFound('silence')
    const [item] = await itemsOf(deps, tenantId, [found], Date.now())
    return ok(item as NonNullable<typeof item>)
  })

const updateRoute = (deps: Deps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body }) => {
    const { matchers, starts_at, ends_at, comment } = body
    if (matchers) checkMatchers(matchers, 'body.matchers')
    if (matchers && !body.confirm) await requireConfirm(deps, by.tenantId, matchers)
    const change: Partial<SilenceFields> = {
      ...(matchers && { matchers }),
      ...(starts_at !== undefined && { startsAt: Date.parse(starts_at) }),
      ...(ends_at !== undefined && { endsAt: Date.parse(ends_at) }),
      ...(comment !== undefined && { comment }),
    }
    const silence = await deps.silences.update(by, id, change).catch(rethrowAsProblem)
    return ok(shownSilence(silence, Date.now()))
  })

const deleteRoute = ({ silences }: Deps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await silences.end(by, id, reason).catch(rethrowAsProblem)
    return noContent()
  })

function rethrowAsProblem(error: unknown): never {
  throw error instanceof SilenceError ? problemOf(error) : error
}

function problemOf({ code, message }: SilenceError): Problem {
  if (code === 'not_found') return notFound('silence')
  if (code === 'too_many') return conflict('too_many_silences', `${sentence(message)}.`)
  const field = { start_after_end: 'starts_at', end_in_past: 'ends_at', invalid: 'matchers' }[code]
  return badRequest([{ path: `body.${field}`, message: `${sentence(message)}.` }])
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
