import type { Agent } from '../../../src/contract/agents'
import type { Container, ContainerCommand } from '../../../src/contract/containers'
import type { LogPage } from '../../../src/contract/logs'
import type { TestApp } from '../../support/app'
import { eventually } from '../../support/programs'

/** What tests ask of a program. */
export function agentsOn(app: TestApp) {
  async function read<T>(path: string): Promise<T> {
    const response = await app.get(path)
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const containers = async (query = '') => (await read<{ items: Container[] }>(`/api/containers?${query}`)).items
  return {
    read,
    containers,
    agent: (id: string) => read<Agent>(`/api/agents/${id}`),
    container: async (name: string, query = '') => {
      const found = (await containers(query)).find(each => each.name === name)
      if (!found) throw new Error(`There is no container ${name}`)
      return found
    },
    lines: async (id: string) => (await read<LogPage>(`/api/containers/${id}/logs?limit=5000`)).items,
    command: (id: string) => read<ContainerCommand>(`/api/commands/${id}`),
    /** Waits until an agent is as it should be. */
    agentBecomes: (id: string, status: string) =>
      eventually(async () => (await read<Agent>(`/api/agents/${id}`)).status === status, `agent to be ${status}`),
    commandBecomes: (id: string, status: string) =>
      eventually(
        async () => (await read<ContainerCommand>(`/api/commands/${id}`)).status === status,
        `command to be ${status}`,
      ),
  }
}

/** Acts on a container. */
export async function act(
  app: TestApp,
  id: string,
  action: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const response = await app.post(`/api/containers/${id}/${action}`, body, headers)
  // biome-ignore lint/suspicious/noExplicitAny: replies are checked against the contract by the program
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
