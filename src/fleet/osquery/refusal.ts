/** Why a request is not served; told to the agent as `{"error": message}`. */
export class Refusal extends Error {
  override name = 'Refusal'

  constructor(
    /** HTTP status; agents look at the body only. */
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** The node key or the secret is none of ours. `node_invalid` makes an agent forget its key and enrol again. */
export class NodeInvalid extends Error {
  override name = 'NodeInvalid'
}

/** The agent has hung up: there is nobody to answer. */
export class AgentGone extends Error {
  override name = 'AgentGone'
}
