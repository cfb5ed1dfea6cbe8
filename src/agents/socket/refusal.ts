/** Why a connection is closed, by the codes of the protocol. */
export interface Refusal {
  code: 'unknown_agent' | 'revoked' | 'bad_proof' | 'unsupported' | 'replaced' | 'busy' | 'bad_message' | 'stopping'
  message: string
  /** The agent does not come back earlier. */
  retryAfterMs: number
}

const MINUTE_MS = 60_000
/** Long, since only a person can change it. */
const LONG_MS = 15 * MINUTE_MS
const BUSY_MS = 10_000

export const REFUSALS = {
  unknownAgent: {
    code: 'unknown_agent',
    message: 'This server does not know the agent: it was removed, or enrolled with another server. Enroll it again.',
    retryAfterMs: LONG_MS,
  },
  revoked: { code: 'revoked', message: 'The agent was removed.', retryAfterMs: LONG_MS },
  badProof: {
    code: 'bad_proof',
    message: 'The signature does not fit the key that the agent enrolled with.',
    retryAfterMs: LONG_MS,
  },
  unsupported: {
    code: 'unsupported',
    message: 'The agent and the server have no protocol version in common. Update the older one.',
    retryAfterMs: LONG_MS,
  },
  replaced: {
    code: 'replaced',
    message: 'The agent has a newer connection. If this repeats, two machines share its key: enroll one of them anew.',
    retryAfterMs: MINUTE_MS,
  },
  badMessage: { code: 'bad_message', message: 'The message is not one of the protocol.', retryAfterMs: MINUTE_MS },
} as const satisfies Record<string, Refusal>

/** The same, with what is wrong. */
export const badMessage = (fault: string): Refusal => ({
  ...REFUSALS.badMessage,
  message: `${REFUSALS.badMessage.message} ${fault}`,
})

/** Spread, so that those that are refused together do not come back together. */
const spread = (ms: number) => Math.round(ms * (0.1 + 0.9 * Math.random()))

export const busy = (): Refusal => ({
  code: 'busy',
  message: 'Too many agents connect at once.',
  retryAfterMs: spread(BUSY_MS),
})

export const stopping = (): Refusal => ({
  code: 'stopping',
  message: 'This process of the server stops. Another one takes the agent.',
  retryAfterMs: spread(2_000),
})

/** Close codes of WebSockets (RFC 6455, section 7.4.1, and the IANA registry): try again later, policy violation. */
export const closeCodeOf = ({ code }: Refusal) => (code === 'busy' || code === 'stopping' ? 1013 : 1008)
