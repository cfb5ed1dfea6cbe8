import { badRequest } from '../../base/errors'
import type { AnyKind } from './kind'

/**
 * A kind that people may start, by the name in a request.
 * @throws Problem 400 when there is none of that name
 */
export function startableKind(kinds: ReadonlyMap<string, AnyKind>, name: string): AnyKind {
  const kind = kinds.get(name)
  if (kind && kind.options.byRequest !== false) return kind
  const names = [...kinds.values()].filter(each => each.options.byRequest !== false).map(each => each.name)
  throw badRequest([{ path: 'body.kind', message: `Unknown kind. Known kinds: ${names.join(', ')}` }])
}
