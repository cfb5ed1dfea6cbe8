import { urlFrom } from '../../../text/url'
import { hostNameProblem } from '../../base/host-name'
import { secretInUrl } from './headers'

/**
 * What is wrong with the URL of a web server that is to be checked.
 * @param advise what to do with a secret in it, which is named as `secretInUrl` does
 */
export function urlProblem(text: string, advise: (secret: string) => string): string | undefined {
  const address = urlFrom(text)
  if (!address) return 'must be a complete URL, such as https://example.org/'
  if (address.protocol !== 'http:' && address.protocol !== 'https:') return 'must begin with http:// or https://'
  const secret = secretInUrl(address)
  if (secret) return `must not contain ${secret}: ${advise(secret)}`
  if (address.port === '0') return 'must not have port 0'
  const problem = hostNameProblem(address.hostname)
  return problem && `must have a valid host name: this one ${problem}`
}
