import { agentOf, type Call, finish } from './calls'
import { type Fields, fieldsOf, needText } from './fields'
import { integerOf } from './json'
import { Refusal } from './refusal'

/** `POST /osquery/carve_init`: files are about to be sent. */
export async function carveInit(call: Call): Promise<object> {
  const agent = await agentOf(call)
  const fields = fieldsOf(await call.body.text())
  const start = {
    blockCount: needCount(fields, 'block_count'),
    blockSize: needCount(fields, 'block_size'),
    carveSize: needCount(fields, 'carve_size', Number.MAX_SAFE_INTEGER),
    carveId: needText(fields, 'carve_id'),
    requestId: needText(fields, 'request_id'),
  }
  const sessionId = await finish(call, () => call.api.carveInit(agent, start))
  if (!sessionId) throw new Refusal(404, 'No such carve was asked for.')
  return { session_id: sessionId }
}

/** `POST /osquery/carve_block`: a part of them. The session is all that proves who sends it. */
export async function carveBlock(call: Call): Promise<object> {
  const { api, body } = call
  const sessionId = await body.find('session_id')
  if (!sessionId) throw new Refusal(400, 'session_id: is missing')
  if (!(await api.hasCarve(sessionId))) throw unknownCarve()
  await body.admit()
  const fields = fieldsOf(await body.text())
  const block = { sessionId, blockId: needCount(fields, 'block_id'), data: needBytes(fields, 'data') }
  if (!(await finish(call, () => api.carveBlock(block)))) throw unknownCarve()
  return {}
}

const unknownCarve = () => new Refusal(404, 'There is no such carve, or the block is none of it.')

/** Of blocks and of their bytes; what 32 bits hold. */
const COUNT_MAX = 2_147_483_647

function needCount(fields: Fields, name: string, most = COUNT_MAX): number {
  const count = integerOf(fields[name])
  if (count === undefined || count < 0 || count > most)
    throw new Refusal(400, `${name}: must be a whole number from 0 to ${most}`)
  return count
}

function needBytes(fields: Fields, name: string): Buffer {
  const text = fields[name]
  if (typeof text !== 'string') throw new Refusal(400, `${name}: must be base64`)
  const base64 = withoutPadding(text.replace(/\s+/g, ''))
  const bytes = Buffer.from(base64, 'base64')
  // Node leaves out what is not base64, so that bytes are missing then
  if (bytes.length !== Math.floor((base64.length * 3) / 4)) throw new Refusal(400, `${name}: must be base64`)
  return bytes
}

function withoutPadding(base64: string): string {
  let end = base64.length
  while (base64[end - 1] === '=') end--
  return base64.slice(0, end)
}
