import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, conflict, notFound } from '../../base/errors'
import type { Outbound } from '../../base/outbound'
import type { Sealer } from '../../base/sealed'
import { monitorRoutes as routes } from '../../contract/monitors'
import { type TraceLine, traceLines } from '../checks/trace-lines'
import { checkedInput } from '../monitors/check-input'
import { findMonitor } from '../monitors/monitor-store'
import { changedSettings, openSecrets, type Settings } from '../monitors/secrets'
import { checkWith } from '../schedule/run-check'

interface Deps {
  db: Db
  outbound: Outbound
  sealer: Sealer
}

const NDJSON = 'application/x-ndjson'

/** Runs a check that is not saved, and shows its lines, as they come if the caller takes them so. */
export const tryRoute = (deps: Deps): Endpoint =>
  endpoint(routes.try, async ({ principal: { tenantId }, body, req, res }) => {
    const { type, timeout_ms } = body
    if (type === 'push') throw badRequest([{ path: 'body.type', message: 'waits for heartbeats: it cannot be tried' }])
    const given = await withSecrets(deps, tenantId, body.id, body.settings)
    const checked = checkedInput(type, { target: body.target ?? null, settings: given }, 'body.')
    const isLive = req.accepts([NDJSON, 'application/json']) === NDJSON
    const lines: TraceLine[] = []
    const write = (value: unknown) => res.write(`${JSON.stringify(value)}\n`)
    if (isLive) res.writeHead(200, { 'Content-Type': NDJSON, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    const closed = new AbortController()
    res.on('close', () => closed.abort(new Error('The caller has gone')))
    const trace = traceLines(line => {
      lines.push(line)
      if (isLive) write({ line })
    })
    const request = { target: checked.target ?? '', timeout_ms }
    const limits = { outbound: deps.outbound, signal: closed.signal, trace }
    const check = await checkWith(type, request, checked.settings, limits).catch(error => {
      if (!closed.signal.aborted) throw error
      return undefined // nobody waits for it
    })
    if (!check) return undefined
    if (!isLive) return ok({ check, lines })
    write({ check })
    res.end()
    return undefined
  })

/** With the secrets of a saved monitor, where they are not given. */
async function withSecrets(
  { db, sealer }: Deps,
  tenantId: string,
  id: string | undefined,
  given: Settings,
): Promise<Settings> {
  if (id === undefined) return given
  const monitor = await findMonitor(db, tenantId, id)
  if (!monitor) throw notFound('monitor')
  const secrets = openSecrets(sealer, id, monitor.secrets)
  if (!secrets) throw conflict('secrets_unreadable', 'The stored secrets cannot be decrypted: give them again.')
  return changedSettings({ plain: {}, secrets }, given)
}
