/** What is known of the agents that have called themselves by one name. */
export interface Identity {
  /** Of the agent's own database: a copy of the machine gets another one, and so does a machine that is set up anew. */
  instanceId: string
  /** When those before were replaced, by instance: RFC 3339. */
  earlier: Record<string, string>
  clonedAt: Date | null
}

/** `same` agent again; its `successor` on a machine that was set up anew; a `clone`, which needs a host of its own. */
export type Claim = 'same' | 'successor' | 'clone'

/** Of two agents with one name that both live, the first one is back within this time. */
const PROOF_MS = 86_400_000
const MARK_LENGTH = 8
/** An agent without a database of its own is another instance each time it starts. */
const EARLIER_MAX = 50

/** Decides who enrols. Agents that do not name their instance cannot be told apart: they are one host. */
export function claimOf({ instanceId, earlier, clonedAt }: Identity, claimant: string, now: Date): Claim {
  if (!claimant || !instanceId || claimant === instanceId) return 'same'
  if (clonedAt) return 'clone'
  const replaced = Date.parse(earlier[claimant] ?? '')
  return now.getTime() - replaced < PROOF_MS ? 'clone' : 'successor'
}

/** The identity after a successor has taken over. */
export function succeed({ instanceId, earlier, clonedAt }: Identity, successor: string, now: Date): Identity {
  const recent = Object.entries(earlier)
    .filter(([, at]) => now.getTime() - Date.parse(at) < PROOF_MS)
    .sort(([, a], [, b]) => Date.parse(b) - Date.parse(a))
    .slice(0, EARLIER_MAX - 1)
  return {
    instanceId: successor,
    earlier: { ...Object.fromEntries(recent), [instanceId]: now.toISOString() },
    clonedAt,
  }
}

/** What a clone is called, so that it keeps its host. */
export const cloneName = (hostIdentifier: string, instanceId: string) =>
  `${hostIdentifier}~${instanceId.slice(0, MARK_LENGTH)}`
