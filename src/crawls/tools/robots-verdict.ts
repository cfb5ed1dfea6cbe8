import { urlFrom } from '../../../text/url'
import type { RobotsVerdict } from '../../contract/crawl-tools'
import type { Robots } from '../robots/robots'

/** Any would do: only the path counts. */
const ANY_ORIGIN = 'https://any.invalid'

/**
 * What a robots.txt says about a URL, or a path of its site.
 * @param origin of the site; undefined: not known, so URLs of any site are judged
 */
export function verdictOf(robots: Robots, url: string, origin: string | undefined): RobotsVerdict {
  const unjudged = (problem: string) => ({ url, allowed: false, rule: null, line: null, problem })
  const base = origin ?? ANY_ORIGIN
  const address = /^(https?:\/\/|\/)/i.test(url) ? urlFrom(url, base) : undefined
  if (!address) return unjudged('It is neither an http address nor a path that begins with "/".')
  const { href, origin: itsOrigin } = address
  if (origin !== undefined && itsOrigin !== origin)
    return unjudged(`It is not on ${origin}: another robots.txt applies to it.`)
  return { url, ...robots.decide(href), problem: null }
}
