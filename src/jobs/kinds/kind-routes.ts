import { type Endpoint, endpoint, ok } from '../../api'
import { z } from '../../base/parse'
import { type Kind, kindRoutes as routes } from '../../contract/kinds'
import type { AnyKind } from './kind'

/** Lists the job kinds, from which clients build their forms. */
export function kindRoutes(kinds: ReadonlyMap<string, AnyKind>): Endpoint[] {
  const items = [...kinds.values()].map(shown)
  return [endpoint(routes.list, async () => ok({ items }))]
}

const shown = ({ name, label, queue, input, options }: AnyKind): Kind => ({
  name,
  label,
  queue,
  role: options.byRequest === false ? null : 'operator',
  input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
})
