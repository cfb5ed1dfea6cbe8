import type { ReplyOf, RouteAt } from '../../src/contract/api'
import type { Labels } from '../../src/contract/matchers'
import { parseMatcher } from '../alerts/matcher-text'
import type { Way } from './route-tree'

/** The answer to a test. */
export type Tested = ReplyOf<RouteAt<'post', '/api/alert-routes/test'>>

const LABEL = /(?:"(?:[^"\\]|\\.)*"|[^\s,{}"])+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,{}"]*)/g

/** Labels as people write them: `alertname=Down severity="critical"`, by line or comma. @throws Error that names what is none */
export function labelsOfText(text: string): Labels {
  const found = text.match(LABEL) ?? []
  const rest = found.reduce((left, part) => left.replace(part, ''), text).replaceAll(/[\s,{}]+/g, '')
  if (rest !== '' || found.length === 0) {
    throw new Error(
      rest === '' ? 'Enter labels such as alertname=Down.' : `“${rest}” is no label. Write it like severity=critical.`,
    )
  }
  return Object.fromEntries(
    found.map(part => {
      const matcher = parseMatcher(part)
      if (matcher?.op !== '=') throw new Error(`“${part}” is no label. Write it like severity=critical.`)
      return [matcher.name, matcher.value]
    }),
  )
}

/** How each route took part in a test. */
export const wayOf = ({ steps }: Tested): Way =>
  new Map(
    steps.map(({ path, matched, is_end }) => [path.join(), is_end ? 'end' : matched ? 'passed' : 'tried'] as const),
  )
