import type { Intake } from '../occurrences'
import { readView, type ViewDeps } from '../reading'
import { alertQuery } from './alert-query'
import { type Answer, empty, json, said } from './answer'
import { parseJson } from './json-body'
import type { Call, Operations } from './operation'
import { parsePostableAlerts } from './postable-alerts'
import { sendAlerts, sendGroups } from './read-alerts'

export interface AlertOperationsDeps extends ViewDeps {
  intake: Pick<Intake, 'accept'>
}

/** `/alerts`, `/alerts/groups`, and what Prometheus 2 sends to `/api/v1/alerts` when it is set to `api_version: v1`. */
export function alertOperations(deps: AlertOperationsDeps) {
  const list: Operations['GET'] = {
    role: 'viewer',
    async handle({ parameters, tenantId, res }) {
      const query = alertQuery(parameters)
      await sendAlerts(res, await readView(deps, tenantId), query)
      return undefined
    },
  }
  const groups: Operations['GET'] = {
    role: 'viewer',
    async handle({ parameters, tenantId, res }) {
      const query = alertQuery(parameters)
      await sendGroups(res, await readView(deps, tenantId), query)
      return undefined
    },
  }
  const accept: Operations['POST'] = { role: 'operator', handle: call => acceptAlerts(deps, call) }
  const acceptV1: Operations['POST'] = {
    role: 'operator',
    async handle(call) {
      const answer = await acceptAlerts(deps, call)
      return answer.status === 200 ? json({ status: 'success' }) : answer
    },
  }
  return {
    v2: { '/alerts': { GET: list, POST: accept }, '/alerts/groups': { GET: groups } },
    v1: { '': { POST: acceptV1 } },
  }
}

/** Stores the valid alerts, even if others are not, and answers when they are durable. */
async function acceptAlerts({ intake }: AlertOperationsDeps, { tenantId, text }: Call): Promise<Answer> {
  const { alerts, faults } = parsePostableAlerts(parseJson('alerts', text))
  const { refused } = await intake.accept(tenantId, alerts)
  if (refused) faults.push(`${refused} alerts left out: too many alerts are open`)
  return faults.length ? said(400, shortened(faults)) : empty()
}

/** Reasons that are named. */
const FAULTS_MAX = 100

const shortened = (faults: readonly string[]) =>
  faults.slice(0, FAULTS_MAX).join('; ') +
  (faults.length > FAULTS_MAX ? `; and ${faults.length - FAULTS_MAX} more` : '')
