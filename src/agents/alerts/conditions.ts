import { clean } from '../../../text/display'
import type { Case, Condition, Rule, RuleDefaults } from '../../alerts'
import type { Db } from '../../base/db'
import {
  type AgentCase,
  type ContainerCase,
  findDown,
  findGone,
  findRestarting,
  findShared,
  findUnhealthy,
  type Watch,
} from './condition-store'
import { type ContainerLevel, findContainersAbove, findHostsAbove, type HostLevel } from './level-store'

const MINUTE = 60

/** What raises alerts about agents, machines and containers. Thresholds and times are settings of their rules. */
export const agentConditions = (db: Db): Condition[] => [
  ofAgents(
    rule('AgentGone', 'critical', null, MINUTE, 'An agent has not been connected for `window_seconds`.'),
    watches => findGone(db, watches),
    () => ['is not connected', 'Nothing is known of its machine and containers meanwhile.'],
  ),
  ofAgents(
    rule(
      'AgentIdentityShared',
      'warning',
      ...[3, 5 * MINUTE],
      'Connections of an agent have replaced each other `threshold` times within `window_seconds`: two machines share its key.',
    ),
    watches => findShared(db, watches),
    () => ['is used by two machines', 'They take the connection from each other. Enroll one of them anew.'],
  ),
  ofContainers(
    rule('ContainerDown', 'critical', null, MINUTE, 'A container ended with an error `window_seconds` ago.'),
    watches => findDown(db, watches),
    ({ value }) => ['is down', value < 0 ? 'It did not run.' : `Its exit code was ${value}.`],
  ),
  ofContainers(
    rule(
      'ContainerRestarting',
      'critical',
      ...[5, 10 * MINUTE],
      'A container has started `threshold` times within `window_seconds`.',
    ),
    watches => findRestarting(db, watches),
    ({ value }) => ['starts again and again', `It has started ${value} times lately.`],
  ),
  ofContainers(
    rule(
      'ContainerUnhealthy',
      'warning',
      null,
      MINUTE,
      'The health check of a container has failed for `window_seconds`.',
    ),
    watches => findUnhealthy(db, watches),
    () => ['is unhealthy', 'Its health check fails.'],
  ),
  hostLevel(db, 'host_cpu', 'HostCpuHigh', 'of its CPU', 95, 10 * MINUTE),
  hostLevel(db, 'host_memory', 'HostMemoryHigh', 'of its memory', 95, 10 * MINUTE),
  hostLevel(db, 'host_disk', 'HostDiskFull', 'of its disk', 90, 2 * MINUTE),
  containerLevel(db, 'container_cpu', 'ContainerCpuHigh', "of the machine's CPU", 90, 10 * MINUTE),
  containerLevel(db, 'container_memory', 'ContainerMemoryHigh', 'of the memory that it may use', 90, 5 * MINUTE),
]

function rule(
  name: string,
  severity: RuleDefaults['severity'],
  threshold: number | null,
  windowSeconds: number,
  summary: string,
): RuleDefaults {
  return { name, source: 'agents', summary, severity, threshold, windowSeconds }
}

const watchesOf = (rules: readonly Rule[], defaults: RuleDefaults): Watch[] =>
  rules.map(({ tenantId, threshold, windowSeconds }) => ({
    tenantId,
    threshold: threshold ?? defaults.threshold ?? 0,
    seconds: windowSeconds ?? defaults.windowSeconds ?? MINUTE,
  }))

/** What is the matter, and what that means. */
type Words = readonly [summary: string, description: string]

const ofAgents = (
  defaults: RuleDefaults,
  find: (watches: Watch[]) => Promise<AgentCase[]>,
  words: (found: AgentCase) => Words,
): Condition => ({
  defaults,
  find: async rules =>
    (await find(watchesOf(rules, defaults))).map((found): Case => {
      const [summary, description] = words(found)
      return {
        tenantId: found.tenant_id,
        labels: { agent: found.agent_name, agent_id: found.agent_id },
        annotations: { summary: `${clean(found.agent_name)} ${summary}`, description },
        links: { Agent: `/agents/${found.agent_id}` },
      }
    }),
})

const ofContainers = (
  defaults: RuleDefaults,
  find: (watches: Watch[]) => Promise<ContainerCase[]>,
  words: (found: ContainerCase) => Words,
): Condition => ({
  defaults,
  find: async rules =>
    (await find(watchesOf(rules, defaults))).map((found): Case => {
      const { agent_name, agent_id, container, container_id, image } = found
      const [summary, description] = words(found)
      return {
        tenantId: found.tenant_id,
        labels: { agent: agent_name, agent_id, container, container_id, image },
        annotations: { summary: `${clean(container)} on ${clean(agent_name)} ${summary}`, description },
        links: { Container: `/containers/${container_id}`, Agent: `/agents/${agent_id}` },
      }
    }),
})

const usage = (of: string): ((found: { value: number }) => Words) => {
  return ({ value }) => [`uses ${Math.floor(value)} % ${of}`, 'It has used at least that much all the time.']
}

function hostLevel(db: Db, level: HostLevel, name: string, of: string, threshold: number, seconds: number): Condition {
  const summary = `A machine has used \`threshold\` percent ${of} for \`window_seconds\`, at every moment.`
  const defaults = rule(name, 'warning', threshold, seconds, summary)
  return ofAgents(defaults, watches => findHostsAbove(db, level, watches), usage(of))
}

function containerLevel(
  db: Db,
  level: ContainerLevel,
  name: string,
  of: string,
  threshold: number,
  seconds: number,
): Condition {
  const summary = `A container has used \`threshold\` percent ${of} for \`window_seconds\`, at every moment.`
  const defaults = rule(name, 'warning', threshold, seconds, summary)
  return ofContainers(defaults, watches => findContainersAbove(db, level, watches), usage(of))
}
