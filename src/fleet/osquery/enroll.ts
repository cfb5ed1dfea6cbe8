import { agentOf, type Call } from './calls'
import { fieldsOf } from './fields'
import { rowsByName, textOf } from './json'
import { NodeInvalid } from './refusal'

/** `POST /osquery/enroll`: a secret and who the agent is, for a node key. */
export async function enroll({ api, body }: Call): Promise<object> {
  const fields = fieldsOf(await body.text())
  const nodeKey = await api.enroll({
    secret: textOf(fields.enroll_secret),
    hostIdentifier: textOf(fields.host_identifier),
    platformType: textOf(fields.platform_type),
    details: rowsByName(fields.host_details),
  })
  if (!nodeKey) throw new NodeInvalid()
  return { node_key: nodeKey, node_invalid: false }
}

/** `POST /osquery/config`: what the agent is to do by itself. */
export async function config(call: Call): Promise<object> {
  const agent = await agentOf(call)
  fieldsOf(await call.body.text()) // there is nothing else in it, but it has to be JSON
  return { ...(await call.api.config(agent)), node_invalid: false }
}
