/** Names of query parameters that tell where a visitor comes from, or which session it is, but not what is shown. */
const TRACKING = new Set([
  '_ga',
  '_gl',
  '_hsenc',
  '_hsmi',
  '_openstat',
  'dclid',
  'fbclid',
  'gad_source',
  'gbraid',
  'gclid',
  'gclsrc',
  'igshid',
  'jsessionid',
  'li_fat_id',
  'mc_cid',
  'mc_eid',
  'mkt_tok',
  'msclkid',
  'phpsessid',
  'srsltid',
  'ttclid',
  'twclid',
  'vero_id',
  'wbraid',
  'wickedid',
  'yclid',
  'ysclid',
])
const PREFIXES = /^(?:utm_|hsa_|mtm_|pk_(?:campaign|kwd|source|medium|content)|aspsessionid)/
/** A session in the path, as servers of Java write it. */
const SESSION = /;jsessionid=[^/;?]*/gi

/** The query without parameters that only track visitors. The others keep their order. */
export const withoutTracking = (query: string): string =>
  query
    .split('&')
    .filter(parameter => !isTracking(parameter.split('=', 1)[0] as string))
    .join('&')

export const withoutSession = (path: string): string => (path.includes(';') ? path.replace(SESSION, '') : path)

function isTracking(name: string): boolean {
  const lower = name.toLowerCase()
  return TRACKING.has(lower) || PREFIXES.test(lower)
}
