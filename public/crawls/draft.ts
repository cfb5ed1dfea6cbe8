import type { CrawlSettings } from '../../src/contract/crawl-settings'
import type { Crawl } from '../../src/contract/crawls'
import { pairsIn, type Row, rowOf } from '../monitors/rows'
import { ALL_FIELDS, addressIn, type CrawlField, fieldText, linesIn, numberIn } from './fields'
import type { CrawlBody } from './settings'

type AlertOn = CrawlSettings['alert_on'][number]

/** A crawl as it is entered. */
export interface CrawlDraft {
  /** One per line. */
  seeds: string
  scope: CrawlSettings['scope']['type']
  /** By the name of the field. */
  texts: Readonly<Record<string, string>>
  headers: readonly Row[]
  username: string
  password: string
  /** The crawl whose stored secrets are used where none are entered; `''` for none. */
  secretsOf: string
  extract: readonly Row[]
  alertOn: readonly AlertOn[]
  alertSeverity: CrawlSettings['alert_severity']
}

/** What the form starts with. @param from an earlier crawl; null for a new one */
export function draftOf(from: Crawl | null): CrawlDraft {
  return {
    seeds: from?.seeds.join('\n') ?? '',
    scope: from?.scope.type ?? 'host',
    texts: Object.fromEntries(
      ALL_FIELDS.map(field => [field.name, from ? fieldText(field, from) : (field.initial ?? '')]),
    ),
    headers: [],
    username: '',
    password: '',
    secretsOf: from && from.has_secrets.length > 0 ? from.id : '',
    extract: from?.extract.map(extractRow) ?? [],
    alertOn: from?.alert_on ?? [],
    alertSeverity: from?.alert_severity ?? 'warning',
  }
}

const extractRow = ({ name, selector, attribute = '', all }: CrawlSettings['extract'][number]) =>
  rowOf({ name, selector, attribute, matches: all ? ALL_MATCHES : FIRST_MATCH })

export const FIRST_MATCH = 'first match'
export const ALL_MATCHES = 'all matches'

/** Rows of the extraction recipe; a new one takes the first match. */
export const extractRows = (rows: readonly Row[]): Row[] =>
  rows.map(row => ({ ...row, values: { matches: FIRST_MATCH, ...row.values } }))

/** Whether headers or credentials are entered. */
export const hasSecrets = ({ headers, username, password }: CrawlDraft): boolean =>
  Object.keys(pairsIn(headers)).length > 0 || username !== '' || password !== ''

/** The body that starts the crawl. What was left empty is left out, so that its default holds. */
export function bodyOf(draft: CrawlDraft): CrawlBody {
  const { scope, alertOn, alertSeverity, secretsOf } = draft
  const entered = ALL_FIELDS.flatMap(field => {
    const value = enteredIn(field, draft.texts[field.name] ?? '')
    return value === undefined ? [] : [[field.name, value] as const]
  })
  const within = (part: string) =>
    Object.fromEntries(
      entered.flatMap(([name, value]) => (name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), value]] : [])),
    )
  const extract = draft.extract.flatMap(extraction)
  return {
    ...Object.fromEntries(entered.filter(([name]) => !name.includes('.'))),
    seeds: linesIn(draft.seeds).map(addressIn),
    scope: { type: scope, ...within('scope') },
    limits: within('limits'),
    politeness: within('politeness'),
    ...(extract.length > 0 && { extract }),
    ...(alertOn.length > 0 && { alert_on: [...alertOn], alert_severity: alertSeverity }),
    ...secretsIn(draft),
    ...(secretsOf !== '' && { secrets_of: secretsOf }),
  }
}

function enteredIn(field: CrawlField, text: string): unknown {
  if (field.type === 'switch') return text === 'true'
  if (text.trim() === '') return undefined
  if (field.type === 'number') return numberIn(field, text)
  return field.type === 'list' ? linesIn(text) : text.trim()
}

function extraction({ values: { name = '', selector = '', attribute = '', matches } }: Row) {
  if (name.trim() === '' && selector.trim() === '') return []
  const all = matches === ALL_MATCHES
  return [
    { name: name.trim(), selector: selector.trim(), ...(attribute.trim() && { attribute: attribute.trim() }), all },
  ]
}

function secretsIn({ headers, username, password }: CrawlDraft) {
  const pairs = pairsIn(headers)
  return {
    ...(Object.keys(pairs).length > 0 && { headers: pairs }),
    ...((username !== '' || password !== '') && { basic: { username, password } }),
  }
}
