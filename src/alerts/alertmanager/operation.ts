import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../../api'
import type { Role } from '../../contract/access'
import type { Answer } from './answer'
import type { Parameters } from './parameters'

/** An authenticated request. */
export interface Call {
  principal: Principal
  tenantId: string
  parameters: Parameters
  /** Last segment of the path. */
  id: string
  /** The text of the body of a POST. */
  text: string
  req: IncomingMessage
  res: ServerResponse
}

/** What a path does for one method. */
export interface Operation {
  role: Role
  /** @returns undefined if it has answered itself */
  handle(call: Call): Promise<Answer | undefined>
}

export type Method = 'GET' | 'POST' | 'DELETE'
/** In the order in which errors name them. */
export type Operations = Partial<Record<Method, Operation>>

/** Operations by path below a mount; `{id}` is one segment. */
export type Paths = Readonly<Record<string, Operations>>

/**
 * Finds what a path does; a slash at its end does not matter.
 * @returns undefined if there is nothing
 */
export function findPath(
  paths: Paths,
  path: string,
): { pattern: string; id: string; operations: Operations } | undefined {
  const plain = path.replace(/\/$/, '')
  const [, parent = '', id = ''] = /^(.*)\/([^/]+)$/.exec(plain) ?? []
  for (const pattern of [plain, `${parent}/{id}`])
    if (Object.hasOwn(paths, pattern)) return { pattern, id: decoded(id), operations: paths[pattern] as Operations }
  return undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // not an escape, so it stands for itself
  }
}
