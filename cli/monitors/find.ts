import type { MonitorItem } from '../../src/contract/monitors'
import { clean } from '../../text/display'
import type { Api } from '../api'
import { EXIT, Failure, wrongUsage } from '../exit'
import { collect } from '../list'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Enough to find one among those whose name contains the text. */
const FOUND_MAX = 2_000

/** Finds a monitor by its id or its name. @throws Failure if there is none, or several have the name */
export async function monitorIdOf(api: Api, text: string): Promise<string> {
  if (UUID.test(text)) return text
  const { found } = await collect(FOUND_MAX, page => api.get('/api/monitors', { q: text, ...page }))
  const [first, ...others] = found.filter(({ name }: MonitorItem) => name === text)
  if (!first) throw new Failure(EXIT.missing, `There is no monitor "${clean(text)}".`)
  if (!others.length) return first.id
  const ids = [first, ...others].map(({ id, target }) => `\n  ${id} ${clean(target ?? '')}`)
  throw wrongUsage(`Several monitors are called "${clean(text)}". Give an id:${ids.join('')}`)
}
