import { agentNewsIn, applyToAgents } from '../../public/agents/agent-news'
import { containerCommand, hostCommand } from '../../public/agents/commands'
import { formatCpu, periodOf } from '../../public/agents/gauges'
import { newestOf, takesSamples, withSample } from '../../public/agents/live-chart'
import { keyOf, type TopicEvent, withEvent } from '../../public/agents/topic-events'
import { clockWords } from '../../public/agents/words'
import { applyToContainers, containerNewsIn } from '../../public/containers/container-news'
import { containerFiltersOf, containerParams, containerSearchOf } from '../../public/containers/filters'
import { actionsFor, commandWords, eventWords, shortImage, troubleOf } from '../../public/containers/words'
import type { MetricChart } from '../../src/contract/agent-metrics'
import type { Agent } from '../../src/contract/agents'
import type { Container } from '../../src/contract/containers'

const T = (second: number) => new Date(Date.parse('2026-11-30T10:00:00Z') + second * 1_000).toISOString()

describe('a live chart', () => {
  const chart: MetricChart = {
    ...{ from: T(0), to: T(10), step_seconds: 5, source: 'samples', times: [T(0), T(5), T(10)] },
    series: { cpu: { min: [1, 2, 3], mean: [1, 2, 3], max: [1, 2, 3] } },
  }
  const sample = (second: number, cpu: number) => ({ at: T(second), values: { cpu } })

  it('takes the next sample', () => {
    const next = withSample(chart, sample(15.4, 4), 60_000)
    expect(next?.times).toEqual([T(0), T(5), T(10), T(15)])
    expect(next?.series.cpu?.mean).toEqual([1, 2, 3, 4])
    expect(next && newestOf(next, 'cpu')).toBe(4)
  })

  it('replaces a sample of the same point, and leaves out older ones', () => {
    expect(withSample(chart, sample(12, 9), 60_000)?.series.cpu?.mean).toEqual([1, 2, 9])
    expect(withSample(chart, sample(7, 9), 60_000)).toBe(chart)
  })

  it('drops what is too old by then', () => {
    const next = withSample(chart, sample(15, 4), 10_000)
    expect(next?.times).toEqual([T(5), T(10), T(15)])
    expect(next?.series.cpu?.max).toEqual([2, 3, 4])
    expect(next?.from).toBe(T(5))
  })

  it('must be read again after a hole, and if it is empty', () => {
    expect(withSample(chart, sample(40, 4), 60_000)).toBeNull()
    const empty = { ...chart, times: [], series: { cpu: { min: [], mean: [], max: [] } } }
    expect(withSample(empty, sample(0, 4), 60_000)).toBeNull()
  })

  it('of sums takes none', () => {
    expect(takesSamples(chart)).toBe(true)
    expect(takesSamples({ ...chart, step_seconds: 30 })).toBe(false)
    expect(takesSamples({ ...chart, source: 'minutes', step_seconds: 60 })).toBe(false)
  })
})

describe('agents', () => {
  const agents = [
    { id: 'a', status: 'online' },
    { id: 'b', status: 'offline' },
  ] as Agent[]
  const event = (type: string, agent_id: string) => ({ type, data: { timestamp: T(1), data: { agent_id } } })

  it('come and go with events, and other rows stay as they are', () => {
    const news = ['agent_disconnected', 'job_created'].flatMap(type => agentNewsIn(event(type, 'a')) ?? [])
    const next = applyToAgents(agents, news)
    expect(next[0]).toMatchObject({ id: 'a', status: 'offline', last_seen_at: T(1) })
    expect(next[1]).toBe(agents[1])
  })

  it('have clocks that may be off', () => {
    expect([null, 10, -999].map(clockWords)).toEqual(['', '', ''])
    expect([90_000, -3_600_000].map(clockWords)).toEqual(['1 m 30 s ahead', '1 h behind'])
  })

  it('are added with one command', () => {
    expect(hostCommand('https://t.example', 'secret')).toContain(
      'TAILRACE_AGENT_TOKEN=secret tailrace agent --url https://t.example',
    )
    expect(containerCommand('https://t.example', 'secret')).toMatch(/^docker run [\s\S]*--url https:\/\/t\.example/)
  })

  it('are measured in percent and over periods', () => {
    expect([0, 0.04, 5.55, 42.4, 180].map(formatCpu)).toEqual(['0%', '0.0%', '5.5%', '42%', '180%'])
    expect(periodOf('?period=6h').ms).toBe(21_600_000)
    expect(periodOf('?period=1y').name).toBe('15m')
  })

  it('repeat an event only once, the newest first', () => {
    const at = (second: number): TopicEvent => ({
      type: 'container_event',
      data: {
        container_id: 'c',
        container_name: 'web',
        engine_id: 'e',
        action: 'start',
        exit_code: null,
        at: T(second),
      },
    })
    const known = [at(2), at(1), at(2), at(3)].reduce<readonly TopicEvent[]>(withEvent, [])
    expect(known.map(keyOf)).toEqual([at(3), at(2), at(1)].map(keyOf))
  })
})

describe('containers', () => {
  const containers = [
    { id: 'a', state: 'running', health: 'none', state_since: T(0) },
    { id: 'b', state: 'running', health: 'healthy', state_since: T(0) },
  ] as Container[]
  const event = (type: string, container_id: string, data: object) => ({
    type,
    data: { timestamp: T(9), data: { container_id, exit_code: null, ...data } },
  })

  it('change with events, and keep the time of a state that stays', () => {
    const stopped = containerNewsIn(event('container_stopped', 'a', { state: 'exited', health: 'none', exit_code: 1 }))
    const ill = containerNewsIn(event('container_health', 'b', { state: 'running', health: 'unhealthy' }))
    const next = applyToContainers(
      containers,
      [stopped, ill].flatMap(each => each ?? []),
    )
    expect(next[0]).toMatchObject({ state: 'exited', exit_code: 1, state_since: T(9) })
    expect(next[1]).toMatchObject({ health: 'unhealthy', state_since: T(0) })
    expect(containerNewsIn(event('container_created', 'a', {}))).toBeUndefined()
    expect(applyToContainers(containers, []).every((each, at) => each === containers[at])).toBe(true)
  })

  it('have filters that stand in the address', () => {
    const filters = containerFiltersOf('?status=exited&agent=x&label=team%3Dweb&label=a&label=a')
    expect(containerSearchOf(filters)).toBe('?status=exited&agent=x&label=team%3Dweb&label=a')
    expect(containerParams(filters)).toEqual({ status: 'exited', agent: 'x', label: ['team=web', 'a'] })
    expect(containerParams(containerFiltersOf('?status=nonsense'))).toEqual({})
  })

  it('can be started or stopped as their state allows', () => {
    expect(actionsFor('running')).toEqual(['stop', 'restart'])
    expect(actionsFor('exited')).toEqual(['start'])
    expect(actionsFor('gone')).toEqual([])
  })

  it('are described in words', () => {
    expect(troubleOf({ state: 'exited', exit_code: 0 })).toBe('')
    expect(troubleOf({ state: 'restarting', exit_code: 1 })).toBe('exit code 1')
    expect(shortImage('registry.example.org:5000/shop/web:1')).toBe('shop/web:1')
    expect(shortImage('library/nginx')).toBe('library/nginx')
    expect(eventWords({ action: 'die', exit_code: 137 })).toBe('ended with exit code 137')
    expect(eventWords({ action: 'health_status: healthy', exit_code: null })).toBe('is healthy')
    expect(eventWords({ action: 'exec_create', exit_code: null })).toBe('exec_create')
    expect(commandWords({ action: 'stop', status: 'rejected', message: 'not allowed' })).toBe(
      'Stop was refused: not allowed',
    )
    expect(commandWords({ action: 'start', status: 'succeeded', message: 'done' })).toBe('Start is done')
  })
})
