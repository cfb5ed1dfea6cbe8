import { urlFrom } from '../../text/url'

const EXAMPLE = 'such as https://app.example.org or http://localhost:5173'

/**
 * Parses a comma-separated list of origins (RFC 6454).
 * @throws Error that names the first invalid one
 */
export function readOrigins(text: string): string[] {
  const origins = text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)
  for (const origin of origins) checkOrigin(origin)
  return [...new Set(origins)]
}

function checkOrigin(origin: string): void {
  if (origin.includes('*'))
    throw new Error(`may not contain "*": list each origin whose pages may use the API, ${EXAMPLE}`)
  const isOrigin = /^https?:/.test(origin) && urlFrom(origin)?.origin === origin
  if (!isOrigin)
    throw new Error(`contains "${origin}", which is not an origin: give scheme, host and port only, ${EXAMPLE}`)
}
