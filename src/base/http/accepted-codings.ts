export type Coding = keyof typeof SUFFIXES

/** File suffixes of compressed variants, the smallest variant first. */
export const SUFFIXES = { br: '.br', gzip: '.gz' } as const
const CODINGS = Object.keys(SUFFIXES) as Coding[]

/**
 * The content codings a client prefers to none, best first: by weight, then by size (RFC 9110 section 12.5.3).
 * @param accepted the `Accept-Encoding` header; without it nothing is compressed
 */
export function contentCodings(accepted = ''): Coding[] {
  const weights = weightsIn(accepted)
  const plain = weights.get('identity') ?? 0
  const weightOf = (coding: Coding) => weights.get(coding) ?? weights.get('*') ?? 0
  return CODINGS.filter(coding => weightOf(coding) > 0 && weightOf(coding) >= plain).sort(
    (a, b) => weightOf(b) - weightOf(a),
  )
}

function weightsIn(header: string): Map<string, number> {
  const items = header.toLowerCase().split(',')
  return new Map(
    items.map(item => {
      const [name = '', ...parameters] = item.split(';').map(part => part.trim())
      const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? '1'
      return [name, Number(weight) || 0]
    }),
  )
}
