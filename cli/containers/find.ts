import type { Container } from '../../src/contract/containers'
import { clean } from '../../text/display'
import type { Api } from '../api'
import { EXIT, Failure, wrongUsage } from '../exit'
import { collect } from '../list'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Enough to find one among those whose name contains the text. */
const FOUND_MAX = 2_000

/**
 * Finds a container by its id, its name, or `<agent>/<name>`.
 * @throws Failure if there is none, or several have the name: an action must not hit the wrong one
 */
export async function findContainer(api: Api, text: string): Promise<Container> {
  if (UUID.test(text)) return api.get('/api/containers/{id}', { id: text })
  const [agent, ...rest] = text.split('/')
  const name = rest.length ? rest.join('/') : text
  const { found } = await collect(FOUND_MAX, page => api.get('/api/containers', { q: name, ...page }))
  const matching = found.filter(each => each.name === text || (each.name === name && each.agent_name === agent))
  const [first, ...others] = matching
  if (!first) throw new Failure(EXIT.missing, `There is no container "${clean(text)}".`)
  if (!others.length) return first
  const names = matching.map(({ id, agent_name }) => `\n  ${id} ${clean(agent_name)}/${clean(name)}`)
  throw wrongUsage(
    `Several machines have a container "${clean(text)}". Give <agent>/<name>, or an id:${names.join('')}`,
  )
}
