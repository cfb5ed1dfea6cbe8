/** The agents that have enrolled with one host identifier. */
export interface Identity {
  /** Id of the agent's database: a copy of the machine has another one, and so has a machine that was set up again. */
  instanceId: string
  /** When earlier instances were replaced (RFC 3339), by instance id. */
  earlier: Record<string, string>
  clonedAt: Date | null
}

/** The `same` agent; its `successor` on a machine that was set up again; a `clone`, which needs a host of its own. */
export type Claim = 'same' | 'successor' | 'clone'

/** If a replaced instance enrolls again within this time, both machines exist. */
const CLONE_PROOF_MS = 86_400_000
const SUFFIX_LENGTH = 8
/** An agent without a persistent database is another instance each time it starts. */
const EARLIER_MAX = 50

/** Decides who enrolls. Agents that do not send their instance id cannot be told apart: they are one host. */
export function claimOf({ instanceId, earlier, clonedAt }: Identity, claimant: string, now: Date): Claim {
  if (!claimant || !instanceId || claimant === instanceId) return 'same'
  if (clonedAt) return 'clone'
  const replaced = Date.parse(earlier[claimant] ?? '')
  return now.getTime() - replaced < CLONE_PROOF_MS ? 'clone' : 'successor'
}

/** The identity after a successor has taken over. */
export function succeed({ instanceId, earlier, clonedAt }: Identity, successor: string, now: Date): Identity {
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

/** The host identifier of a clone, which is the same whenever it enrolls. */
export const cloneName = (hostIdentifier: string, instanceId: string) =>
  `${hostIdentifier}~${instanceId.slice(0, SUFFIX_LENGTH)}`
