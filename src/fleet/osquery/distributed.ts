import { readAnswers } from './answers'
import { agentOf, type Call, finish } from './calls'
import { fieldsOf } from './fields'

/** `POST /osquery/distributed_read`: is there something to ask? The answer may be held back. */
export async function read(call: Call): Promise<object> {
  const agent = await agentOf(call)
  fieldsOf(await call.body.text()) // there is nothing else in it, but it has to be JSON
  const { queries, accelerate } = await call.api.read(agent, call.gone)
  // an `accelerate` that is no whole number is ignored by agents
  return {
    queries,
    ...(needsDiscovery(call) && { discovery: mapValues(queries, ALWAYS) }),
    ...(accelerate !== undefined && { accelerate: Math.round(accelerate) }),
    node_invalid: false,
  }
}

const ALWAYS = 'SELECT 1'
const VERSION = /^osquery\/(\d+)\.(\d+)/

/** Before 5.8 (osquery pull request 7655) agents ran only what a discovery query had found something for. */
function needsDiscovery({ userAgent }: Call): boolean {
  const [, major, minor] = (userAgent?.match(VERSION) ?? []).map(Number)
  return major !== undefined && minor !== undefined && (major < 5 || (major === 5 && minor < 8))
}

const mapValues = (queries: Record<string, string>, value: string) =>
  Object.fromEntries(Object.keys(queries).map(id => [id, value]))

/** `POST /osquery/distributed_write`: what came of it. */
export async function write(call: Call): Promise<object> {
  const agent = await agentOf(call)
  const answers = await readAnswers(call.body)
  if (answers.length) await finish(call, () => call.api.write(agent, answers))
  return {}
}
