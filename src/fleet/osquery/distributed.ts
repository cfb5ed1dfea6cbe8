import { type AgentRequest, authenticate, finish } from './agent-request'
import { readAnswers } from './answers'
import { fieldsOf } from './fields'

/** `POST /osquery/distributed_read`: the queries to run now. The response may be held until there is one. */
export async function read(request: AgentRequest): Promise<object> {
  const agent = await authenticate(request)
  fieldsOf(await request.body.text()) // holds only the node key, but must be JSON
  const { queries, accelerate } = await request.api.read(agent, request.disconnected)
  // Agents ignore an `accelerate` that is not an integer.
  return {
    queries,
    ...(needsDiscovery(request) && { discovery: mapValues(queries, ALWAYS) }),
    ...(accelerate !== undefined && { accelerate: Math.round(accelerate) }),
    node_invalid: false,
  }
}

const ALWAYS = 'SELECT 1'
const VERSION = /^osquery\/(\d+)\.(\d+)/

/** Before 5.8 (osquery pull request 7655) agents ran only queries whose discovery query returned rows. */
function needsDiscovery({ userAgent }: AgentRequest): boolean {
  const [, major, minor] = (userAgent?.match(VERSION) ?? []).map(Number)
  return major !== undefined && minor !== undefined && (major < 5 || (major === 5 && minor < 8))
}

const mapValues = (queries: Record<string, string>, value: string) =>
  Object.fromEntries(Object.keys(queries).map(id => [id, value]))

/** `POST /osquery/distributed_write`: the answers to queries. */
export async function write(request: AgentRequest): Promise<object> {
  const agent = await authenticate(request)
  const answers = await readAnswers(request.body)
  if (answers.length) await finish(request, () => request.api.write(agent, answers))
  return {}
}
