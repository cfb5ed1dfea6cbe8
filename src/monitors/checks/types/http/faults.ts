import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { validateHeaderName } from 'node:http'
import type { Fault } from '../../../../base/errors'
import { compilePattern, PatternError } from '../../../../base/re2'
import { SecureContexts } from '../../../../base/secure-contexts'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { isExpectStatus, STATUS_RULE } from '../../expect'
import { headerFaults } from '../../header-faults'
import { urlProblem } from '../../url'
import { looksIntoBody } from './content'
import { type JsonRule, numberOf, pathProblem } from './json'

type Settings = MonitorSettings['http']

/** What is wrong with a URL and its settings. */
export function httpFaults(target: string, settings: Settings): Fault[] {
  const problem = urlProblem(target, secretAdvice)
  return [
    ...(problem ? [{ path: 'target', message: problem }] : []),
    ...headerFaults(settings.headers).map(({ path, message }) => ({
      path: path ? `settings.headers.${path}` : 'settings.headers',
      message,
    })),
    ...bodyFaults(settings),
    ...credentialFaults(settings),
    ...identityFaults(settings),
    ...(problem ? [] : schemeFaults(target, settings)),
    ...expectedFaults(settings),
  ]
}

const secretAdvice = (secret: string) =>
  secret === 'a user name or password'
    ? 'give them as settings.basic, where they are stored encrypted'
    : 'it looks like a secret, and the target is shown. Give it as one of settings.headers, as settings.basic or as settings.bearer, where it is stored encrypted'

function bodyFaults({ method, body, ...settings }: Settings): Fault[] {
  const isWithout = method === 'GET' || method === 'HEAD'
  const faults: Fault[] = []
  if (body !== undefined && isWithout) {
    faults.push({ path: 'settings.body', message: `must not be given: a ${method} request has no body` })
  }
  if (method === 'HEAD' && looksIntoBody({ method, ...settings })) {
    faults.push({ path: 'settings.method', message: 'must not be HEAD: the answer has no body to look into' })
  }
  return faults
}

function credentialFaults({ headers, basic, bearer }: Settings): Fault[] {
  const isGiven = Object.keys(headers).some(name => name.toLowerCase() === 'authorization')
  const twice = 'must not be given: there is an Authorization header among settings.headers'
  const faults: Fault[] = []
  if (basic && isGiven) faults.push({ path: 'settings.basic', message: twice })
  if (bearer && isGiven) faults.push({ path: 'settings.bearer', message: twice })
  if (basic && bearer)
    faults.push({ path: 'settings.bearer', message: 'must not be given together with settings.basic' })
  if (basic?.username.includes(':')) {
    faults.push({ path: 'settings.basic.username', message: 'must not contain a colon (RFC 7617)' })
  }
  if (bearer && /[^\x21-\x7e]/.test(bearer)) {
    faults.push({ path: 'settings.bearer', message: 'must consist of ASCII characters without spaces' })
  }
  return faults
}

function identityFaults({ client_certificate: certificate, client_key: key }: Settings): Fault[] {
  if (certificate === undefined && key === undefined) return []
  if (certificate === undefined)
    return [{ path: 'settings.client_certificate', message: 'is missing: it belongs to the key' }]
  if (key === undefined) return [{ path: 'settings.client_key', message: 'is missing: it belongs to the certificate' }]
  const parsed = parsedCertificate(certificate)
  if (!parsed) return [{ path: 'settings.client_certificate', message: 'must be a certificate in PEM format' }]
  const parsedKey = privateKey(key)
  if (!parsedKey)
    return [{ path: 'settings.client_key', message: 'must be a private key in PEM format, without a passphrase' }]
  if (!parsed.checkPrivateKey(parsedKey)) {
    return [{ path: 'settings.client_key', message: 'does not belong to the certificate' }]
  }
  const problem = contextProblem({ certificate, key })
  return problem ? [{ path: 'settings.client_certificate', message: `cannot be used: ${problem}` }] : []
}

function parsedCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

/** OpenSSL refuses some certificates that can be read, such as those with short keys. */
function contextProblem(identity: { certificate: string; key: string }): string | undefined {
  try {
    new SecureContexts().contextFor({ identity })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function schemeFaults(target: string, { http_version, client_certificate }: Settings): Fault[] {
  if (new URL(target).protocol === 'https:') return []
  const faults: Fault[] = []
  if (http_version === '2')
    faults.push({ path: 'settings.http_version', message: 'must be 1.1 for a target without https' })
  if (client_certificate) {
    faults.push({ path: 'settings.client_certificate', message: 'must not be given for a target without https' })
  }
  return faults
}

function expectedFaults({ expect_status, expect_headers = [], json }: Settings): Fault[] {
  const status = expect_status === undefined || isExpectStatus(expect_status)
  const rules = json === undefined ? [] : [json].flat()
  const pathOf = (index: number) => (Array.isArray(json) ? `settings.json.${index}` : 'settings.json')
  return [
    ...(status ? [] : [{ path: 'settings.expect_status', message: STATUS_RULE }]),
    ...expect_headers.flatMap((rule, index) => headerRuleFaults(rule, `settings.expect_headers.${index}`)),
    ...rules.flatMap((rule, index) => jsonFaults(rule, pathOf(index))),
  ]
}

function headerRuleFaults({ name, matches }: { name: string; matches: string }, path: string): Fault[] {
  const faults: Fault[] = []
  try {
    validateHeaderName(name)
  } catch {
    faults.push({ path: `${path}.name`, message: 'must be the name of a header' })
  }
  try {
    compilePattern(matches)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    faults.push({ path: `${path}.matches`, message: `must be a regular expression of RE2: ${error.message}` })
  }
  return faults
}

function jsonFaults({ path: jsonPath, op, value }: JsonRule, path: string): Fault[] {
  const faults: Fault[] = []
  const problem = pathProblem(jsonPath)
  if (problem)
    faults.push({ path: `${path}.path`, message: `must be a JSONPath (RFC 9535) such as $.status: ${problem}` })
  if (value === undefined && op !== 'exists')
    faults.push({ path: `${path}.value`, message: `is missing: ${op} needs one` })
  else if (/^[<>]/.test(op) && numberOf(value) === undefined) {
    faults.push({ path: `${path}.value`, message: `must be a number for ${op}` })
  }
  return faults
}
