import { type AgentRequest, authenticate, finish } from './agent-request'
import { fieldsOf } from './fields'
import { rowsByName, textOf } from './json'
import { NodeInvalid } from './refusal'

/** `POST /osquery/enroll`: exchanges an enroll secret for a node key. */
export async function enroll(request: AgentRequest): Promise<object> {
  const fields = fieldsOf(await request.body.text())
  const enrollment = {
    secret: textOf(fields.enroll_secret),
    hostIdentifier: textOf(fields.host_identifier),
    platformType: textOf(fields.platform_type),
    details: rowsByName(fields.host_details),
  }
  const nodeKey = await finish(request, () => request.api.enroll(enrollment))
  if (!nodeKey) throw new NodeInvalid()
  return { node_key: nodeKey, node_invalid: false }
}

/** `POST /osquery/config`: the agent's options and schedule. */
export async function config(request: AgentRequest): Promise<object> {
  const agent = await authenticate(request)
  fieldsOf(await request.body.text()) // holds only the node key, but must be JSON
  const configuration = await finish(request, () => request.api.config(agent))
  return { ...configuration, node_invalid: false }
}
