import { type AgentRequest, authenticate, finish } from './agent-request'
import { type Fields, fieldsOf, requireText } from './fields'
import { integerOf } from './json'
import { Refusal } from './refusal'

/** `POST /osquery/carve_init`: starts the upload of files. */
export async function carveInit(request: AgentRequest): Promise<object> {
  const agent = await authenticate(request)
  const fields = fieldsOf(await request.body.text())
  const start = {
    blockCount: requireCount(fields, 'block_count'),
    blockSize: requireCount(fields, 'block_size'),
    carveSize: requireCount(fields, 'carve_size', Number.MAX_SAFE_INTEGER),
    carveId: requireText(fields, 'carve_id'),
    requestId: requireText(fields, 'request_id'),
  }
  const sessionId = await finish(request, () => request.api.carveInit(agent, start))
  if (!sessionId) throw new Refusal(404, 'No query has requested this carve.')
  return { session_id: sessionId }
}

/** `POST /osquery/carve_block`: a part of the files, authenticated by its session only. */
export async function carveBlock(request: AgentRequest): Promise<object> {
  const { api, body } = request
  const sessionId = await body.find('session_id')
  if (!sessionId) throw new Refusal(400, 'session_id: is missing')
  if (!(await api.hasCarve(sessionId))) throw unknownCarve()
  await body.authenticated()
  const fields = fieldsOf(await body.text())
  const block = { sessionId, blockId: requireCount(fields, 'block_id'), data: requireBytes(fields, 'data') }
  if (!(await finish(request, () => api.carveBlock(block)))) throw unknownCarve()
  return {}
}

const unknownCarve = () => new Refusal(404, 'There is no such carve, or it has no such block.')

/** Limit for counts of blocks and bytes: 32 bits. */
const COUNT_MAX = 2_147_483_647

function requireCount(fields: Fields, name: string, max = COUNT_MAX): number {
  const count = integerOf(fields[name])
  if (count === undefined || count < 0 || count > max)
    throw new Refusal(400, `${name}: must be a whole number from 0 to ${max}`)
  return count
}

function requireBytes(fields: Fields, name: string): Buffer {
  const text = fields[name]
  if (typeof text !== 'string') throw new Refusal(400, `${name}: must be base64`)
  const base64 = withoutPadding(text.replace(/\s+/g, ''))
  const bytes = Buffer.from(base64, 'base64')
  // Node skips characters that are not base64, so bytes would be missing.
  if (bytes.length !== Math.floor((base64.length * 3) / 4)) throw new Refusal(400, `${name}: must be base64`)
  return bytes
}

function withoutPadding(base64: string): string {
  let end = base64.length
  while (base64[end - 1] === '=') end--
  return base64.slice(0, end)
}
