/** A request is refused; the agent gets `{"error": message}`. */
export class Refusal extends Error {
  override name = 'Refusal'

  constructor(
    /** HTTP status; agents read only the body. */
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** The node key or the secret is invalid. `node_invalid` makes an agent drop its key and enroll again. */
export class NodeInvalid extends Error {
  override name = 'NodeInvalid'
}

/** The agent has disconnected. */
export class AgentDisconnected extends Error {
  override name = 'AgentDisconnected'
}
