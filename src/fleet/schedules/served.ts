import type { Transaction } from '../../base/db'
import { badRequest } from '../../base/errors'
import { runsOn } from '../platform'
import { BASE_BYTES } from './base-config'
import { BYTES_MAX_BEFORE, configBytesMax } from './config-limits'
import { type HostGroup, hostGroups, type SizedPack, sizedPacks } from './served-store'

/** What a change affects, so that packs that were already too large do not prevent other changes. */
export interface Change {
  /** Names of packs that were stored. */
  packs?: string[]
  /** All packs before the change: what was too large may become smaller. */
  before?: readonly SizedPack[]
  /** A label whose hosts have changed. */
  label?: string
  /** Its path in the request. */
  path: string
}

/** Platforms whose hosts may enroll at any time. */
const FAMILIES = ['linux', 'darwin', 'windows', 'freebsd']
/** Names that are not platforms of hosts. */
const NO_PLATFORM = ['', 'all', 'any', 'posix']
const MIB = 1024 * 1024

/**
 * Checks that no host would be served more than it accepts. Agents reject a configuration that is too large only after
 * they have cleared their schedule (`Config::updateSource` in osquery/config/config.cpp).
 * @throws Problem 400 that names the packs
 */
export async function requireServable(trx: Transaction, tenantId: string, change: Change): Promise<void> {
  const packs = await sizedPacks(trx, tenantId)
  if (bytesOf(packs) <= BYTES_MAX_BEFORE) return
  const labels = [...new Set(packs.flatMap(pack => pack.labels))]
  const groups = [...possibleGroups(packs, labels), ...(await hostGroups(trx, tenantId, labels))]
  for (const group of groups) {
    const applying = packsFor(group, packs)
    if (!isAffected(change, group, applying)) continue
    const bytes = bytesOf(applying)
    const bytesMax = configBytesMax(group.osquery_version)
    const hasGrown = !change.before || bytes > bytesOf(packsFor(group, change.before))
    if (bytes > bytesMax && hasGrown)
      throw badRequest([{ path: change.path, message: tooLarge(change, group, applying, bytes, bytesMax) }])
  }
}

export const appliesTo = (pack: Pick<SizedPack, 'platforms' | 'labels'>, platform: string, labels: Set<string>) =>
  runsOn(platform, pack.platforms) && (pack.labels.length === 0 || pack.labels.some(name => labels.has(name)))

const packsFor = ({ platform, labels }: HostGroup, packs: readonly SizedPack[]) =>
  packs.filter(pack => appliesTo(pack, platform, new Set(labels)))

/** Size of a configuration with these packs. */
export const bytesOf = (packs: readonly Pick<SizedPack, 'bytes'>[]) =>
  packs.reduce((sum, { bytes }) => sum + bytes, BASE_BYTES)

/** Hypothetical hosts: for each platform one without labels, and one with each label. */
function possibleGroups(packs: readonly SizedPack[], labels: readonly string[]): HostGroup[] {
  const named = packs.flatMap(pack => pack.platforms).filter(name => !NO_PLATFORM.includes(name))
  const platforms = [...new Set([...FAMILIES, ...named])]
  return platforms.flatMap(platform =>
    [[], ...labels.map(label => [label])].map(own => ({ platform, osquery_version: '', labels: own, host: '' })),
  )
}

const isAffected = ({ packs, label }: Change, group: HostGroup, applying: readonly SizedPack[]) =>
  packs === undefined
    ? label !== undefined && group.labels.includes(label)
    : applying.some(({ name }) => packs.includes(name))

function tooLarge(
  change: Change,
  group: HostGroup,
  applying: readonly SizedPack[],
  bytes: number,
  bytesMax: number,
): string {
  const largest = [...applying].sort((a, b) => b.bytes - a.bytes)
  const cause = largest.find(({ name }) => change.packs?.includes(name))
  const reason = cause ? `With pack "${cause.name}"` : `With label "${change.label}"`
  const { host, platform, osquery_version: version, labels } = group
  const where = labels.length > 0 ? ` with label ${labels.join(', ')}` : ''
  const target = host ? `host ${host} (${platform}, osquery ${version || 'unknown'})` : `a ${platform} host${where}`
  const list = largest.slice(0, LISTED_MAX).map(({ name, bytes }) => `${name} ${size(bytes)}`)
  const more = largest.length > LISTED_MAX ? ` and ${largest.length - LISTED_MAX} more` : ''
  return `${reason}, ${target} would be served ${size(bytes)}: ${list.join(', ')}${more}. Its agent accepts ${size(bytesMax)} at most, and would clear its schedule. Split the packs by platform or label.`
}

const LISTED_MAX = 10
const size = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`
