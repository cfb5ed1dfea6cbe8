import type { Audit } from '../../src/access'
import { alertmanagerMounts } from '../../src/alerts/alertmanager'
import { Muting } from '../../src/alerts/muting'
import { notificationRoutes } from '../../src/alerts/notifications/notification-routes'
import { bumpHead, createOccurrences } from '../../src/alerts/occurrences'
import { readingRoutes } from '../../src/alerts/reading'
import { Routing } from '../../src/alerts/routing'
import { createSilences } from '../../src/alerts/silences'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { startParts } from '../../src/base/lifecycle'

import { type AlertRoutingInput, alertRouting } from '../../src/contract/alert-routes'
import { quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { processParts } from '../support/process'
import { startSite } from '../web/site'

/** The real web server with the endpoints of alerts and Alertmanager's API. */
export async function startAlertsSite() {
  const database = await testDatabase()
  const place = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const node = processParts(place, { log: quietLog, service: 'web', shutdownMs: 4_000 })
  const { db, streams, metrics } = node
  const audit: Audit = { record: async () => undefined } as unknown as Audit
  const occurrences = createOccurrences({ db, log: quietLog, bus: streams.bus, streams })
  const routing = new Routing(db)
  const { silences, parts } = createSilences({ db, streams, audit, log: quietLog, open: occurrences.open })
  const muting = new Muting({ openAlerts: occurrences.open, routing, silences })
  const view = { openAlerts: occurrences.open, muting, routing }
  const site = await startSite({
    databaseUrl: database.url,
    endpoints: () => [...readingRoutes({ db, ...view }), ...notificationRoutes(db)],
    mounts: access =>
      alertmanagerMounts({ db, log: quietLog, metrics, ...view, intake: occurrences.intake, silences }, access),
  })
  const stop = await startParts([node.database, streams, occurrences.part, ...parts])
  return {
    ...site,
    db,
    metrics,
    occurrences,
    silences,
    /** Stores a tree of routes, with receivers of these names. */
    async route(config: AlertRoutingInput, receivers: string[] = []) {
      await db.transaction(async trx => {
        for (const name of receivers)
          await trx.raw(
            `INSERT INTO receivers (id, tenant_id, name, type, settings, send_resolved)
             VALUES (gen_random_uuid(), ?, ?, 'webhook', '{"url": "http://127.0.0.1:9/"}', true)`,
            [DEFAULT_TENANT_ID, name],
          )
        await trx.raw(
          `INSERT INTO alert_routing (tenant_id, config, version, updated_at, updated_by) VALUES (?, ?, 1, now(), 'test')
           ON CONFLICT (tenant_id) DO UPDATE SET config = excluded.config`,
          [DEFAULT_TENANT_ID, JSON.stringify(alertRouting.parse(config))],
        )
        await bumpHead(trx, DEFAULT_TENANT_ID, 'routing_version')
      })
    },
    async stop() {
      await site.stop()
      await stop()
      await database.drop()
    },
  }
}

export type AlertsSite = Awaited<ReturnType<typeof startAlertsSite>>
