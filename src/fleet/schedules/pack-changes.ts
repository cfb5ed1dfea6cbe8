import type { Audit } from '../../access'
import type { Principal } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { badRequest, conflict, type Fault, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import type { PackChange, PackInput } from '../../contract/packs'
import type { ActivePacks } from './active-packs'
import { NAME_MAX, type PackRow } from './pack'
import { importPacks } from './pack-import'
import { changedContent, requireRunnable } from './pack-input'
import type { ImportedPack } from './pack-reader'
import { deletePack, insertPack, lockPack, type NewPack, putPack, updatePack } from './pack-store'
import { requireServable } from './served'
import { sizedPacks } from './served-store'

export interface PackDeps {
  db: Db
  audit: Audit
  packs: ActivePacks
}

interface Action {
  /** Its name in the audit log. */
  action: string
  reason: string | undefined
  /** Path of the packs in the request, if the action changes what agents are served. */
  path?: string
}

interface Recorded {
  pack: PackRow
  data?: Record<string, unknown>
}

/** Changes packs. Agents get them with their next configuration. */
export class PackChanges {
  constructor(private readonly deps: PackDeps) {}

  /**
   * @throws Problem 409 if the name is taken, 400 if agents would skip it or hosts would be served more than they
   *   accept
   */
  async create(by: Principal, { reason, ...input }: PackInput): Promise<PackRow> {
    requireRunnable(input)
    const row: NewPack = {
      ...newPack(by, input.name, changedContent({ queries: {} }, input)),
      description: input.description ?? '',
      enabled: input.enabled ?? true,
      platforms: input.platforms ?? [],
      labels: input.labels ?? [],
    }
    return this.change(by, { action: 'pack.create', reason, path: 'body' }, async trx => {
      const pack = await insertPack(trx, row)
      if (!pack) throw nameTaken(row.name)
      return { pack }
    })
  }

  /** @throws Problem 404, and the same as `create` */
  async update(by: Principal, id: string, { reason, ...change }: PackChange): Promise<PackRow> {
    requireRunnable(change)
    return this.change(by, { action: 'pack.update', reason, path: 'body' }, async trx => {
      const before = await lockPack(trx, by.tenantId, id)
      if (!before) throw notFound('pack')
      const { name, description, enabled, platforms, labels } = change
      const pack = await updatePack(trx, {
        ...before,
        name: name ?? before.name,
        description: description ?? before.description,
        enabled: enabled ?? before.enabled,
        platforms: platforms ?? before.platforms,
        labels: labels ?? before.labels,
        content: changedContent(before.content, change),
      })
      if (!pack) throw nameTaken(name ?? before.name)
      return { pack, data: { fields: Object.keys(change) } }
    })
  }

  /** @throws Problem 404 */
  async remove(by: Principal, id: string, reason: string | undefined): Promise<void> {
    await this.change(by, { action: 'pack.delete', reason }, async trx => {
      const pack = await deletePack(trx, by.tenantId, id)
      if (!pack) throw notFound('pack')
      return { pack }
    })
  }

  /**
   * Imports published packs and replaces packs with the same names.
   * @throws Problem 400 that names every fault with its line, or which packs would be too large for which hosts
   */
  async import(by: Principal, name: string, text: string, reason: string | undefined) {
    const { packs, faults, warnings } = importPacks(name, text)
    const problems = [...faults, ...packs.flatMap(unstorable)]
    if (problems.length) throw badRequest(problems)
    // Sorted in all processes, so that two imports do not deadlock.
    const inOrder = [...packs].sort((a, b) => (a.name < b.name ? -1 : 1))
    const stored = new Map<string, PackRow & { replaced: boolean }>()
    await this.changeAll(by, { action: 'pack.import', reason, path: 'body.content' }, async trx => {
      const recorded: Recorded[] = []
      for (const { name, content, ...more } of inOrder) {
        const pack = await putPack(trx, { ...newPack(by, name, content), ...more })
        stored.set(name, pack)
        recorded.push({ pack, data: { replaced: pack.replaced } })
      }
      return recorded
    })
    return { stored: packs.flatMap(({ name }) => stored.get(name) ?? []), warnings }
  }

  private async change(
    by: Principal,
    described: Action,
    work: (trx: Transaction) => Promise<Recorded>,
  ): Promise<PackRow> {
    const [changed] = await this.changeAll(by, described, async trx => [await work(trx)])
    return (changed as Recorded).pack
  }

  private async changeAll(
    by: Principal,
    { action, reason, path }: Action,
    work: (trx: Transaction) => Promise<Recorded[]>,
  ): Promise<Recorded[]> {
    const { db, audit, packs } = this.deps
    const changed = await db.transaction(async trx => {
      const before = path === undefined ? [] : await sizedPacks(trx, by.tenantId)
      const recorded = await work(trx)
      const names = recorded.map(({ pack }) => pack.name)
      if (path !== undefined) await requireServable(trx, by.tenantId, { packs: names, before, path })
      for (const { pack, data } of recorded) {
        const target = { type: 'pack', id: pack.id }
        await audit.record({ by, action, target, reason, data: { name: pack.name, ...data } }, trx)
      }
      return recorded
    })
    packs.changed(by.tenantId)
    return changed
  }
}

const newPack = (by: Principal, name: string, content: PackRow['content']): NewPack => ({
  id: newId(),
  tenant_id: by.tenantId,
  name,
  description: '',
  enabled: true,
  platforms: [],
  labels: [],
  content,
  created_by: by.actor,
})

const nameTaken = (name: string) => conflict('name_taken', `There is already a pack "${name}".`)

/** JSON escapes of what PostgreSQL cannot hold; after an escaped backslash they are plain text. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Faults for text that PostgreSQL cannot hold and for names of invalid length. */
function unstorable(pack: ImportedPack): Fault[] {
  const { name } = pack
  if (name === '' || name.length > NAME_MAX)
    return [{ path: 'body.content', message: `The name of a pack must have 1 to ${NAME_MAX} characters.` }]
  const isStorable = !UNSTORABLE.test(JSON.stringify(pack))
  return isStorable ? [] : [{ path: 'body.content', message: `Pack "${name}" contains NUL or lone surrogates.` }]
}
