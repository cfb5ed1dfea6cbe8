import { urlFrom } from '../../../../../text/url'
import type { CheckOutcome } from '../../../../contract/checks'
import { attempt } from '../../attempt'
import type { CheckDeps, CheckRequest, CheckType } from '../../check-type'
import { exchange } from '../../exchange'
import { checkStatus } from '../../expect'
import { emptyFindings, type HttpFindings } from '../../outcome'
import { answerOf } from './answer'
import { checkContent } from './content'
import { httpFaults } from './faults'
import { planOf } from './plan'
import { type Hide, hideIn, hider, hidingTrace } from './secrets'

/** Requests a URL, and compares the answer with what is expected. */
export const http: CheckType<'http'> = {
  faults: httpFaults,
  hostOf: target => urlFrom(target)?.host ?? target,
  run,
}

async function run({ target, timeoutMs, settings }: CheckRequest<'http'>, deps: CheckDeps): Promise<CheckOutcome> {
  const found = emptyFindings(target)
  const hide = hider(settings)
  const trace = hidingTrace(deps.trace, hide)
  const outcome = await attempt(timeoutMs, { ...deps, trace }, async current => {
    await exchange(planOf(target, settings), found, current)
    const passed = checkStatus(current, settings.expect_status)
    await checkContent(settings, found, current)
    return passed
  })
  return complete(outcome, found, hide)
}

function complete(outcome: CheckOutcome, found: HttpFindings, hide: Hide): CheckOutcome {
  const { url, redirects, bytes, truncated, version, headers } = found
  const { address = null } = outcome.details
  const content_length = Number(headers?.['content-length']?.[0] ?? Number.NaN)
  const details = {
    ...{ url, redirects, bytes, truncated, address, http_version: version },
    content_length: Number.isNaN(content_length) ? null : content_length,
  }
  const answer = outcome.error && answerOf(found, hide)
  return hideIn({ ...outcome, details, answer }, hide)
}
