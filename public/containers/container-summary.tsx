import type { Container } from '../../src/contract/containers'
import { counted } from '../../text/numbers'
import { Ago } from '../components/time'
import { ContainerStatusMark } from './container-status'
import { containerSearchOf } from './filters'
import { shortImage, troubleOf } from './words'

const LABELS_SHOWN = 8
/** What compose tools note about a container says little to people. */
const NOISE = /^(com\.docker\.compose\.(?!project$|service$)|io\.podman\.|org\.opencontainers\.|desktop\.docker\.)/

/** How a container is now. */
export function ContainerSummary({ container }: { container: Container }) {
  const { agent_id, agent_name, agent_status, image, state_since, started_at, finished_at, restarts, engine_id } =
    container
  const trouble = troubleOf(container)
  const fields = [
    ['Status', <ContainerStatusMark key="status" {...container} />],
    ['Since', <Ago key="since" time={state_since} />],
    ['Trouble', trouble && <span class="is-bad">{trouble}</span>],
    [
      'Agent',
      <a key="agent" href={`/agents/${agent_id}`}>
        {agent_name}
        {agent_status === 'offline' && ' (offline)'}
      </a>,
    ],
    [
      'Image',
      <a key="image" href={`/containers${containerSearchOf({ image })}`} title={image}>
        {shortImage(image)}
      </a>,
    ],
    ['Started', container.state === 'running' && started_at && <Ago key="started" time={started_at} />],
    ['Ended', container.state !== 'running' && finished_at && <Ago key="ended" time={finished_at} />],
    ['Restarts', restarts > 0 && counted(restarts, 'time')],
    ['Engine id', <code key="id">{engine_id.slice(0, 12)}</code>],
    ['Protected', container.protected && 'needs an admin'],
    ['Labels', <Labels key="labels" labels={container.labels} />],
  ] as const
  return (
    <dl class="summary">
      {fields
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

function Labels({ labels }: { labels: Container['labels'] }) {
  const shown = Object.entries(labels)
    .filter(([name]) => !NOISE.test(name))
    .slice(0, LABELS_SHOWN)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  if (shown.length === 0) return <span class="hint">none</span>
  return (
    <>
      {shown.map(text => (
        <a key={text} class="tag" title={text} href={`/containers${containerSearchOf({ label: [text] })}`}>
          {text}
        </a>
      ))}
    </>
  )
}
