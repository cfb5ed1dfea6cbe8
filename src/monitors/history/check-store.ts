import { createHash } from 'node:crypto'
import { binaryTexts, plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, storedJson } from '../../base/rows'
import { type Check, type CheckStatus, type CheckTls, check, checkTls } from '../../contract/checks'
import { CHECK_STATUSES } from '../../contract/values'
import type { CheckResult } from './check-result'

/** A result with its tenant. */
export type StoredResult = CheckResult & { tenantId: string }

/** Stored once per certificate; the days left follow from the time of a check. */
const certificateFacts = checkTls.omit({ days_left: true })
/** Stored of checks that failed. */
const failureFacts = check.pick({ error: true, warnings: true, details: true, answer: true })

interface Certificate {
  hash: Buffer
  facts: string
}

function certificateOf(tls: CheckTls): Certificate {
  const { days_left: _, ...rest } = tls
  const facts = JSON.stringify(rest)
  return { facts, hash: createHash('sha256').update(facts).digest() }
}

/** Inserts checks, and the certificates that they saw. */
export async function insertChecks(trx: Transaction, results: readonly StoredResult[]): Promise<void> {
  const certificates = results.map(({ outcome }) => outcome.tls && certificateOf(outcome.tls))
  await insertCertificates(trx, results, certificates)
  const phase = (name: keyof Check['phases_ms']) => plainArray(results.map(({ outcome }) => outcome.phases_ms[name]))
  await trx.raw(
    `INSERT INTO monitor_checks (monitor_id, checked_at, id, tenant_id, status, latency_ms, phases_ms, status_code,
       attempts, made_by, failure, certificate)
     SELECT monitor_id, checked_at, id, tenant_id, status, latency_ms, ARRAY[dns, connect, tls, first_byte, transfer],
       status_code, attempts, made_by, failure, decode(certificate, 'hex')
     FROM unnest(?::uuid[], ?::timestamptz[], ?::uuid[], ?::uuid[], ?::smallint[], ?::real[], ?::real[], ?::real[], ?::real[],
       ?::real[], ?::real[], ?::smallint[], ?::smallint[], ?::text[], ?::text[], ?::text[])
       AS t(monitor_id, checked_at, id, tenant_id, status, latency_ms, dns, connect, tls, first_byte, transfer, status_code,
         attempts, made_by, failure, certificate)`,
    [
      results.map(({ monitorId }) => monitorId),
      results.map(({ outcome }) => outcome.checked_at),
      results.map(({ id }) => id),
      results.map(({ tenantId }) => tenantId),
      results.map(({ outcome }) => CHECK_STATUSES.indexOf(outcome.status)),
      plainArray(results.map(({ outcome }) => outcome.latency_ms)),
      phase('dns'),
      phase('connect'),
      phase('tls'),
      phase('first_byte'),
      phase('transfer'),
      plainArray(results.map(({ outcome }) => outcome.status_code)),
      results.map(({ attempts }) => attempts),
      results.map(({ by }) => by),
      binaryTexts(results.map(failureOf)),
      binaryTexts(certificates.map(each => each?.hash.toString('hex') ?? null)),
    ],
  )
}

function failureOf({ outcome: { status, error, warnings, details, answer } }: CheckResult): string | null {
  return status === 'up' ? null : JSON.stringify({ error, warnings, details, answer })
}

async function insertCertificates(
  trx: Transaction,
  results: readonly StoredResult[],
  certificates: readonly (Certificate | null)[],
) {
  const found = results.flatMap(({ monitorId }, i) => {
    const certificate = certificates[i]
    return certificate ? [{ monitorId, ...certificate }] : []
  })
  if (!found.length) return
  const unique = [...new Map(found.map(each => [each.monitorId + each.hash.toString('hex'), each])).values()]
  await trx.raw(
    `INSERT INTO monitor_certificates (monitor_id, hash, facts) SELECT * FROM unnest(?::uuid[], ?::bytea[], ?::text[])
     ON CONFLICT (monitor_id, hash) DO UPDATE SET seen_at = now() WHERE monitor_certificates.seen_at < now() - interval '1 hour'`,
    [unique.map(({ monitorId }) => monitorId), unique.map(({ hash }) => hash), unique.map(({ facts }) => facts)],
  )
}

const checkRow = z.object({
  id: z.string(),
  monitor_id: z.string(),
  checked_at: z.date(),
  status: z.number(),
  latency_ms: z.number().nullable(),
  phases_ms: z.array(z.number().nullable()),
  status_code: z.number().nullable(),
  attempts: z.number(),
  made_by: check.shape.by,
  failure: z.string().nullable(),
  facts: z.string().nullable(),
})

/** The last check of the previous page. */
export interface CheckPosition {
  at: string
  id: string
}

/** Checks of a monitor, the newest first. */
export async function listChecks(
  db: Db,
  { tenantId, id }: { tenantId: string; id: string },
  filter: { status?: readonly CheckStatus[] | undefined; before?: string | undefined },
  { after, limit }: { after: CheckPosition | undefined; limit: number },
): Promise<Check[]> {
  const statuses = filter.status?.map(status => CHECK_STATUSES.indexOf(status)) ?? null
  const found = await manyRows(
    db,
    checkRow,
    `SELECT k.id, k.monitor_id, k.checked_at, k.status, k.latency_ms, k.phases_ms, k.status_code, k.attempts, k.made_by,
       k.failure, c.facts
     FROM monitor_checks k LEFT JOIN monitor_certificates c ON c.monitor_id = k.monitor_id AND c.hash = k.certificate
     WHERE k.monitor_id = :id AND k.tenant_id = :tenantId
       AND (CAST(:statuses AS smallint[]) IS NULL OR k.status = ANY(:statuses))
       AND (CAST(:before AS timestamptz) IS NULL OR k.checked_at < :before)
       AND (CAST(:at AS timestamptz) IS NULL OR (k.checked_at, k.id) < (CAST(:at AS timestamptz), CAST(:afterId AS uuid)))
     ORDER BY k.checked_at DESC, k.id DESC LIMIT :limit`,
    {
      ...{ id, tenantId, statuses, limit },
      before: filter.before ?? null,
      at: after?.at ?? null,
      afterId: after?.id ?? null,
    },
  )
  return found.map(toCheck)
}

const DAY_MS = 86_400_000

function toCheck(row: z.output<typeof checkRow>): Check {
  const [dns = null, connect = null, tls = null, first_byte = null, transfer = null] = row.phases_ms
  const failure = row.failure === null ? undefined : storedJson(failureFacts, row.failure)
  const facts = row.facts === null ? undefined : storedJson(certificateFacts, row.facts)
  const daysLeft = (expires: string) => Math.floor((Date.parse(expires) - row.checked_at.getTime()) / DAY_MS)
  return {
    id: row.id,
    monitor_id: row.monitor_id,
    status: CHECK_STATUSES[row.status] ?? 'unknown',
    checked_at: row.checked_at.toISOString(),
    latency_ms: row.latency_ms,
    phases_ms: { dns, connect, tls, first_byte, transfer },
    status_code: row.status_code,
    tls: facts ? { ...facts, days_left: daysLeft(facts.expires_at) } : null,
    error: failure?.error ?? null,
    warnings: failure?.warnings ?? [],
    details: failure?.details ?? {},
    answer: failure?.answer ?? null,
    attempts: row.attempts,
    by: row.made_by,
  }
}
