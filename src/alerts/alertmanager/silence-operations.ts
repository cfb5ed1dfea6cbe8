import { isUuid } from '../../base/ids'
import { SilenceError, type Silences, stateOf } from '../silences'
import { readFilters } from './alert-query'
import { type Answer, empty, invalid, json, Refusal, said } from './answer'
import { compareSilences, encodeSilence, hasMatchers, type SilenceNow } from './encode-silence'
import { parseJson } from './json-body'
import type { Call, Paths } from './operation'
import { parsePostableSilence } from './postable-silence'
import { streamJson } from './stream-json'

export interface SilenceOperationsDeps {
  silences: Pick<Silences, 'recent' | 'find' | 'create' | 'update' | 'end'>
}

/** `/silences` and `/silence/{id}`. */
export const silenceOperations = (deps: SilenceOperationsDeps): Paths => ({
  '/silences': {
    GET: { role: 'viewer', handle: call => list(deps, call) },
    POST: { role: 'operator', handle: call => post(deps, call) },
  },
  '/silence/{id}': {
    DELETE: { role: 'operator', handle: call => remove(deps, call) },
    GET: { role: 'viewer', handle: call => read(deps, call) },
  },
})

async function list({ silences }: SilenceOperationsDeps, { tenantId, parameters, res }: Call): Promise<undefined> {
  const wanted = readFilters(parameters.filters)
  const now = Date.now()
  const found = (await silences.recent(tenantId))
    .map((silence): SilenceNow => ({ ...silence, state: stateOf(silence, now) }))
    .filter(silence => parameters.silenceStates[silence.state] && hasMatchers(silence, wanted))
  await streamJson(res, encodeList(found.sort(compareSilences)))
}

function* encodeList(silences: readonly SilenceNow[]): Generator<string> {
  for (const [i, silence] of silences.entries()) yield (i ? ',' : '[') + encodeSilence(silence)
  yield silences.length ? ']\n' : '[]\n'
}

/** Creates a silence, or edits the one with its id; the answer has another id when the edit replaces it. */
async function post({ silences }: SilenceOperationsDeps, { principal, text }: Call): Promise<Answer> {
  const { id, endsAt, ...given } = parsePostableSilence(parseJson('silence', text))
  if (endsAt === null) return said(400, `${NOT_CREATED}start time must be before end time`) // Go's zero time
  if (id && !isUuid(id)) return said(404, NOT_FOUND)
  const fields = { ...given, endsAt }
  try {
    const silence = id ? await silences.update(principal, id, fields) : await silences.create(principal, fields)
    return json({ silenceID: silence.id })
  } catch (error) {
    if (error instanceof SilenceError) return answerToSilence(error)
    throw error
  }
}

const NOT_CREATED = 'Failed to create silence: '
const NOT_FOUND = 'silence not found'

function answerToSilence({ code, message }: SilenceError): Answer {
  if (code === 'not_found') return said(404, message)
  const isAboutTimes = code === 'start_after_end' || code === 'end_in_past'
  return said(400, isAboutTimes ? NOT_CREATED + message : message)
}

async function read({ silences }: SilenceOperationsDeps, { tenantId, id }: Call): Promise<Answer> {
  requireUuid(id)
  const silence = isUuid(id) ? await silences.find(tenantId, id) : undefined
  if (!silence) return empty(404)
  return { status: 200, text: encodeSilence({ ...silence, state: stateOf(silence, Date.now()) }) }
}

/** Unknown ids are answered with the status of 0.25, since amtool of that release knows no other. */
async function remove({ silences }: SilenceOperationsDeps, { principal, id }: Call): Promise<Answer> {
  requireUuid(id)
  if (!isUuid(id)) return said(500, NOT_FOUND)
  try {
    await silences.end(principal, id)
    return empty()
  } catch (error) {
    if (error instanceof SilenceError) return said(500, error.message)
    throw error
  }
}

/** Upper case and missing dashes are fine here, but no silence has such an id. */
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

function requireUuid(id: string): void {
  if (!UUID.test(id)) throw new Refusal(invalid(601, `silenceID in path must be of type uuid: ${JSON.stringify(id)}`))
}
