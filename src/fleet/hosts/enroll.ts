import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { hashSecret, newSecret } from '../../base/ids'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { Counter, type Registry } from '../../base/metrics'
import type { Writer } from '../../streams'
import type { Enrollment, Row } from '../agent'
import type { HostNews } from '../host-news'
import { type EnrollItem, type EnrollResult, enrollEffect } from './enroll-effect'
import { ENROLLMENT_TABLES, factsOf, storable, storableRow } from './facts'
import { type SecretOwner, secretsByHash } from './secret-store'
import { commitInTurns } from './turns'

interface Deps {
  db: Db
  streams: Writer
  log: Log
  metrics: Registry
  news: HostNews
}

const BATCH_MAX = 500
/** Of a name that a stranger gives, in the log. */
const SHOWN_MAX = 200
/** What mainboards without an identity of their own say. */
const NO_UUID = /^(0{8}-(0{4}-){3}0{12}|f{8}-(f{4}-){3}f{12}|03000200-0400-0500-0006-000700080009|)$/i

/** Lets agents in. */
export class Enrolling {
  private readonly secrets: Batcher<string, SecretOwner | undefined>
  private readonly admit: (item: EnrollItem) => Promise<EnrollResult>
  private readonly outcomes: Counter
  private readonly refusals: Log

  constructor(private readonly deps: Deps) {
    this.secrets = new Batcher(async hashes => {
      const found = new Map((await secretsByHash(deps.db, hashes)).map(owner => [owner.hash, owner]))
      return hashes.map(hash => found.get(hash))
    }, BATCH_MAX)
    this.refusals = limitedLog(deps.log)
    this.admit = commitInTurns(deps.streams, enrollEffect)
    this.outcomes = new Counter({
      name: 'tailrace_enrollments_total',
      help: 'Agents that asked to be let in, by outcome.',
      labelNames: ['outcome'],
      registers: [deps.metrics],
    })
  }

  /** @returns the node key, which is kept nowhere; nothing when the agent is refused */
  async enroll(request: Enrollment): Promise<string | undefined> {
    const details = Object.fromEntries(
      ENROLLMENT_TABLES.flatMap(table =>
        request.details[table] ? [[table, storableRow(request.details[table])]] : [],
      ),
    )
    const facts = factsOf(details, request.platformType)
    const hostIdentifier = nameOf(request.hostIdentifier, details)
    const owner = await this.secrets.ask(hashSecret(request.secret))
    const about = { host_identifier: hostIdentifier.slice(0, SHOWN_MAX), hostname: facts.hostname.slice(0, SHOWN_MAX) }
    if (!owner) return this.refuse('wrong_secret', 'An agent gave a wrong enrolment secret', about)
    if (!hostIdentifier) return this.refuse('no_name', 'An agent gave no name for itself', about)
    const nodeKey = newSecret('trn')
    const instanceId = storable(details.osquery_info?.instance_id ?? '')
    const item = { tenantId: owner.tenant_id, secretId: owner.id, hostIdentifier, instanceId, facts, details }
    this.tell(await this.admit({ ...item, keyHash: hashSecret(nodeKey) }), item.hostIdentifier)
    return nodeKey
  }

  private tell({ hostId, hostIdentifier, came, proven }: EnrollResult, name: string) {
    this.outcomes.inc({ outcome: came })
    this.deps.news.tell({ type: 'changed', hostIds: [hostId] })
    const about = { host_id: hostId, host_identifier: hostIdentifier }
    if (proven) this.deps.log.warn(`Several machines call themselves ${name}: each gets a host of its own`, about)
    else if (came !== 'same') this.deps.log.info('A host has enrolled', { ...about, came })
  }

  private refuse(outcome: string, message: string, about: Record<string, string>): undefined {
    this.outcomes.inc({ outcome })
    this.refusals.warn(message, about)
  }
}

/** An agent that gives an empty name is known by its hardware, or else by its host name. */
function nameOf(given: string, { system_info: system = {} }: Record<string, Row>): string {
  const uuid = NO_UUID.test(system.uuid ?? '') ? '' : system.uuid
  return storable(given.trim() || uuid || system.hostname || '')
}
