import type { Audit } from '../../access'
import {
  accepted,
  created,
  type Endpoint,
  endpoint,
  noContent,
  ok,
  type Principal,
  pageOf,
  readCursor,
} from '../../api'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { plainText } from '../../contract/fields'
import { scheduleRoutes as routes } from '../../contract/schedules'
import type { History } from '../history/history'
import { linksOf, shownTo as shownJob } from '../history/resource'
import type { AnyKind } from '../kinds/kind'
import { REPLAYED, requestKeyOf } from '../lifecycle/request-key'
import { checkTiming, nextTimes, storedTiming } from '../timing/timing'
import { wordsOf } from '../timing/words'
import { askedSchedule, changedSchedule, mustBePeoples } from './changed-schedule'
import {
  countSchedules,
  deleteSchedule,
  findListed,
  insertSchedule,
  listSchedules,
  lockSchedule,
  updateSchedule,
} from './schedule-store'
import { SCHEDULES_MAX, type Schedules } from './schedules'
import { nextTimesOf, shownTo } from './shown-schedule'

interface Deps {
  db: Db
  schedules: Schedules
  jobs: History
  kinds: ReadonlyMap<string, AnyKind>
  audit: Audit
  log: Log
}

/** Ten years: rare times far ahead take long to compute. */
const PREVIEW_MS_MAX = 10 * 366 * 24 * 60 * 60_000
const name = plainText(200)
const nameTaken = (name: string) => conflict('name_taken', `There is a schedule "${name}" already.`)

/** Schedules of people, and those of the program to be seen. */
export const scheduleRoutes = (deps: Deps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  previewRoute(deps),
  endpoint(routes.read, async ({ principal, params: { id } }) => ok(await read(deps, principal, id))),
  updateRoute(deps),
  deleteRoute(deps),
  runRoute(deps),
]

const listRoute = ({ db, schedules }: Deps) =>
  endpoint(routes.list, async ({ principal, query: { limit, cursor, ...filter } }) => {
    const place = { ...filter, after: readCursor(cursor, name), limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listSchedules(db, principal.tenantId, place), limit, each => each.name)
    return ok({ items: items.map(each => shownTo(principal, each, schedules.overdueMs(each))), next_cursor })
  })

async function read({ db, schedules }: Deps, principal: Principal, id: string) {
  const found = await findListed(db, principal.tenantId, id)
  if (!found) throw notFound('schedule')
  return { ...shownTo(principal, found, schedules.overdueMs(found)), next_times: nextTimesOf(found) }
}

const place = ({ schedules, log }: Deps, id: string) =>
  schedules.place(id).catch(logRetryable(log, 'A schedule is not in Redis yet', { schedule_id: id }, 'warn'))

const createRoute = (deps: Deps) =>
  endpoint(routes.create, async ({ principal: by, body: { reason, ...body } }) => {
    const { db, schedules, kinds, audit } = deps
    const schedule = askedSchedule(kinds, by, body, schedules.now)
    await db.transaction(async trx => {
      if ((await countSchedules(trx, by.tenantId)) >= SCHEDULES_MAX)
        throw conflict('too_many_schedules', `There are already ${SCHEDULES_MAX} schedules: delete one first.`)
      if (!(await insertSchedule(trx, schedule))) throw nameTaken(schedule.name)
      const target = { type: 'schedule', id: schedule.id }
      const data = { name: schedule.name, kind: schedule.kind, timing: wordsOf(schedule) }
      await audit.record({ by, action: 'schedule.create', target, reason, data }, trx)
    })
    await place(deps, schedule.id)
    return created(await read(deps, by, schedule.id))
  })

const updateRoute = (deps: Deps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body: { reason, ...body } }) => {
    const { db, schedules, kinds, audit } = deps
    await db.transaction(async trx => {
      const before = await lockSchedule(trx, by.tenantId, id)
      if (!before) throw notFound('schedule')
      const schedule = changedSchedule(kinds, before, body, schedules.now)
      const data = {
        name: schedule.name,
        fields: Object.keys(body),
        timing: wordsOf(schedule),
        enabled: schedule.enabled,
      }
      await audit.record({ by, action: 'schedule.update', target: { type: 'schedule', id }, reason, data }, trx)
      if ((await updateSchedule(trx, schedule)) === 'taken') throw nameTaken(schedule.name)
    })
    await place(deps, id)
    return ok(await read(deps, by, id))
  })

const deleteRoute = (deps: Deps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    const { db, audit } = deps
    await db.transaction(async trx => {
      const schedule = await lockSchedule(trx, by.tenantId, id)
      if (!schedule) throw notFound('schedule')
      mustBePeoples(schedule)
      await deleteSchedule(trx, by.tenantId, id)
      const data = { name: schedule.name }
      await audit.record({ by, action: 'schedule.delete', target: { type: 'schedule', id }, reason, data }, trx)
    })
    await place(deps, id)
    return noContent()
  })

const runRoute = ({ db, schedules, jobs, audit }: Deps) =>
  endpoint(routes.run, async ({ principal: by, params: { id }, body, req }) => {
    const { tenantId } = by
    const schedule = await findListed(db, tenantId, id)
    if (!schedule) throw notFound('schedule')
    mustBePeoples(schedule)
    const reason = body?.reason ?? `Schedule ${schedule.name}, by hand`
    const key = requestKeyOf(req.headers['idempotency-key'], { schedule_id: id, ...body })
    const { id: jobId, isReplayed } = await schedules.run(schedule, { createdBy: by.actor, reason, key })
    if (!isReplayed) {
      const data = { name: schedule.name, job_id: jobId }
      await audit.record({ by, action: 'schedule.run', target: { type: 'schedule', id }, reason: body?.reason, data })
    }
    const reply = { job: shownJob(by, await jobs.find({ tenantId, id: jobId })), links: linksOf(jobId) }
    return accepted(reply, isReplayed ? REPLAYED : undefined)
  })

const previewRoute = ({ schedules }: Deps) =>
  endpoint(routes.preview, async ({ query: { cron, timezone, every_seconds, count } }) => {
    const timing =
      cron === undefined ? { everyMs: (every_seconds ?? 0) * 1_000 } : { cron, timezone: timezone ?? 'UTC' }
    const now = schedules.now
    checkTiming(timing, now.getTime(), 'query.')
    const stored = { ...storedTiming(timing), anchor_at: now }
    return ok({
      words: wordsOf(stored),
      timezone: stored.timezone,
      next_times: nextTimes(stored, now.getTime(), count, now.getTime() + PREVIEW_MS_MAX),
    })
  })
