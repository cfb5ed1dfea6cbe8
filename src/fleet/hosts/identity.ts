/** The agents that have enrolled with one host identifier. */
export interface Identity {
  /** Id of the agent's database. A copy of the machine has a different one, and so does a reinstalled machine. */
  instanceId: string
  /** When earlier instances were replaced (RFC 3339), by instance id. */
  earlier: Record<string, string>
  clonedAt: Date | null
}

/** The `same` agent; its `successor` on a reinstalled machine; a `clone`, which needs a host of its own. */
export type Claim = 'same' | 'successor' | 'clone'

/** If a replaced instance enrolls again within this time, both machines must exist. */
const CLONE_PROOF_MS = 86_400_000
const SUFFIX_LENGTH = 8
/** Max earlier instances: an agent without a persistent database is a new instance each time it starts. */
const EARLIER_MAX = 50

/** Decides who is enrolling. Agents that do not send an instance id cannot be told apart and count as one host. */
export function claimOf({ instanceId, earlier, clonedAt }: Identity, claimant: string, now: Date): Claim {
  if (!claimant || !instanceId || claimant === instanceId) return 'same'
  if (clonedAt) return 'clone'
  const replaced = Date.parse(earlier[claimant] ?? '')
  return now.getTime() - replaced < CLONE_PROOF_MS ? 'clone' : 'successor'
}

/** The identity after a successor has replaced the current instance. */
export function replaceInstance({ instanceId, earlier, clonedAt }: Identity, successor: string, now: Date): Identity {
  const recent = Object.entries(earlier)
    .filter(([, at]) => now.getTime() - Date.parse(at) < CLONE_PROOF_MS)
    .sort(([, a], [, b]) => Date.parse(b) - Date.parse(a))
    .slice(0, EARLIER_MAX - 1)
  return {
    instanceId: successor,
    earlier: { ...Object.fromEntries(recent), [instanceId]: now.toISOString() },
    clonedAt,
  }
}

/** The host identifier of a clone, the same each time it enrolls. */
export const cloneName = (hostIdentifier: string, instanceId: string) =>
  `${hostIdentifier}~${instanceId.slice(0, SUFFIX_LENGTH)}`
