import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { hashSecret, newSecret } from '../../base/ids'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { Counter, type Registry } from '../../base/metrics'
import type { Writer } from '../../streams'
import type { Enrollment, Row } from '../agent'
import type { HostNotifier } from '../host-notifier'
import { commitInBatches } from './batched-commit'
import { type EnrollItem, type EnrollResult, enrollEffect } from './enroll-effect'
import { type SecretOwner, secretsByHash } from './enroll-secret-store'
import { ENROLLMENT_TABLES, hostFieldsOf, storable, storableRow } from './host-fields'

interface Deps {
  db: Db
  streams: Writer
  log: Log
  metrics: Registry
  notifier: HostNotifier
}

const BATCH_MAX = 500
/** Max characters of names from unauthenticated requests in the log. */
const LOGGED_LENGTH_MAX = 200
/** UUIDs that mainboards without a UUID of their own report. */
const NO_UUID = /^(0{8}-(0{4}-){3}0{12}|f{8}-(f{4}-){3}f{12}|03000200-0400-0500-0006-000700080009|)$/i

/** Enrolls agents. */
export class Enroller {
  private readonly secrets: Batcher<string, SecretOwner | undefined>
  private readonly commit: (item: EnrollItem) => Promise<EnrollResult>
  private readonly outcomes: Counter
  private readonly refusals: Log

  constructor(private readonly deps: Deps) {
    this.secrets = new Batcher(async hashes => {
      const found = new Map((await secretsByHash(deps.db, hashes)).map(owner => [owner.hash, owner]))
      return hashes.map(hash => found.get(hash))
    }, BATCH_MAX)
    this.refusals = limitedLog(deps.log)
    this.commit = commitInBatches(deps.streams, enrollEffect)
    this.outcomes = new Counter({
      name: 'tailrace_enrollments_total',
      help: 'Enrollment requests of agents, by outcome.',
      labelNames: ['outcome'],
      registers: [deps.metrics],
    })
  }

  /** @returns the node key, of which only a hash is stored; undefined if the agent is refused */
  async enroll(request: Enrollment): Promise<string | undefined> {
    const details = Object.fromEntries(
      ENROLLMENT_TABLES.flatMap(table =>
        request.details[table] ? [[table, storableRow(request.details[table])]] : [],
      ),
    )
    const fields = hostFieldsOf(details, request.platformType)
    const hostIdentifier = identifierOf(request.hostIdentifier, details)
    const owner = await this.secrets.ask(hashSecret(request.secret))
    const logged = {
      host_identifier: hostIdentifier.slice(0, LOGGED_LENGTH_MAX),
      hostname: fields.hostname.slice(0, LOGGED_LENGTH_MAX),
    }
    if (!owner) return this.refuse('wrong_secret', 'An agent sent a wrong enroll secret', logged)
    if (!hostIdentifier) return this.refuse('no_name', 'An agent sent no host identifier', logged)
    const nodeKey = newSecret('trn')
    const instanceId = storable(details.osquery_info?.instance_id ?? '')
    const item = { tenantId: owner.tenant_id, secretId: owner.id, hostIdentifier, instanceId, fields, details }
    this.report(await this.commit({ ...item, keyHash: hashSecret(nodeKey) }), hostIdentifier)
    return nodeKey
  }

  private report({ hostId, hostIdentifier, outcome, isCloneFound }: EnrollResult, givenIdentifier: string) {
    this.outcomes.inc({ outcome })
    this.deps.notifier.notify({ type: 'changed', hostIds: [hostId] })
    const logged = { host_id: hostId, host_identifier: hostIdentifier }
    if (isCloneFound)
      this.deps.log.warn(
        `Several machines have the host identifier ${givenIdentifier}: each becomes its own host`,
        logged,
      )
    else if (outcome !== 'same') this.deps.log.info('A host has enrolled', { ...logged, outcome })
  }

  private refuse(outcome: string, message: string, logged: Record<string, string>): undefined {
    this.outcomes.inc({ outcome })
    this.refusals.warn(message, logged)
  }
}

/** Identifies an agent with an empty identifier by its hardware, or else by its host name. */
function identifierOf(given: string, { system_info: system = {} }: Record<string, Row>): string {
  const uuid = NO_UUID.test(system.uuid ?? '') ? '' : system.uuid
  return storable(given.trim() || uuid || system.hostname || '')
}
