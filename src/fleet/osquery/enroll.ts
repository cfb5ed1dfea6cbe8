import { agentOf, type Call, finish } from './calls'
import { fieldsOf } from './fields'
import { rowsByName, textOf } from './json'
import { NodeInvalid } from './refusal'

/** `POST /osquery/enroll`: a secret and who the agent is, for a node key. */
export async function enroll(call: Call): Promise<object> {
  const fields = fieldsOf(await call.body.text())
  const request = {
    secret: textOf(fields.enroll_secret),
    hostIdentifier: textOf(fields.host_identifier),
    platformType: textOf(fields.platform_type),
    details: rowsByName(fields.host_details),
  }
  const nodeKey = await finish(call, () => call.api.enroll(request))
  if (!nodeKey) throw new NodeInvalid()
  return { node_key: nodeKey, node_invalid: false }
}

/** `POST /osquery/config`: what the agent is to do by itself. */
export async function config(call: Call): Promise<object> {
  const agent = await agentOf(call)
  fieldsOf(await call.body.text()) // there is nothing else in it, but it has to be JSON
  const configuration = await finish(call, () => call.api.config(agent))
  return { ...configuration, node_invalid: false }
}
