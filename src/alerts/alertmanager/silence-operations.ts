import type { Principal } from '../../api'
import { Problem } from '../../base/errors'
import { isUuid } from '../../base/ids'
import { readFilters } from './alert-query'
import { type Answer, empty, invalid, json, Refusal, said } from './answer'
import { compareSilences, type FullSilence, gettableSilence, hasMatchers } from './encode-silence'
import { parseJson } from './json-body'
import type { Call, Paths } from './operation'
import { type PostableSilence, parsePostableSilence } from './postable-silence'
import { faultOfMatchers, faultOfTimes } from './silence-faults'
import { streamJson } from './stream-json'

export interface SilenceOperationsDeps {
  silences: SilenceService
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
  const found = (await silences.all(tenantId)).filter(
    silence => parameters.silenceStates[silence.state] && hasMatchers(silence, wanted),
  )
  await streamJson(res, encodeList(found.sort(compareSilences)))
}

function* encodeList(silences: readonly FullSilence[]): Generator<string> {
  for (const [i, silence] of silences.entries()) yield (i ? ',' : '[') + JSON.stringify(gettableSilence(silence))
  yield silences.length ? ']\n' : '[]\n'
}

async function post({ silences }: SilenceOperationsDeps, { principal, tenantId, text }: Call): Promise<Answer> {
  const silence = parsePostableSilence(parseJson('silence', text))
  refuse(faultOfTimes(silence, Date.now()))
  const { id } = silence
  if (id && !(isUuid(id) && (await silences.find(tenantId, id)))) return said(404, NOT_FOUND)
  refuse(faultOfMatchers(silence.matchers))
  try {
    return json({ silenceID: await silences.put(principal, silence) })
  } catch (error) {
    if (isNotFound(error)) return said(404, NOT_FOUND)
    throw error
  }
}

const NOT_FOUND = 'silence not found'

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new Refusal(said(400, fault))
}

async function read({ silences }: SilenceOperationsDeps, { tenantId, id }: Call): Promise<Answer> {
  requireUuid(id)
  const silence = isUuid(id) ? await silences.find(tenantId, id) : undefined
  return silence ? json(gettableSilence(silence)) : empty(404)
}

async function remove({ silences }: SilenceOperationsDeps, { principal, id }: Call): Promise<Answer> {
  requireUuid(id)
  try {
    if (!isUuid(id)) return said(500, NOT_FOUND)
    await silences.expire(principal, id)
    return empty()
  } catch (error) {
    // The status of 0.25; amtool of that release knows no other.
    if (isNotFound(error)) return said(500, NOT_FOUND)
    throw error
  }
}

/** Upper case and missing dashes are fine here, but no silence has such an id. */
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

function requireUuid(id: string): void {
  if (!UUID.test(id)) throw new Refusal(invalid(601, `silenceID in path must be of type uuid: ${JSON.stringify(id)}`))
}

const isNotFound = (error: unknown) => error instanceof Problem && error.status === 404
