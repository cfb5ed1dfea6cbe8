import type { Pack, PackQuery } from '../../../src/contract/packs'
import { counted } from '../../../text/numbers'
import { formatDuration } from '../../../text/times'
import { ConfirmButton } from '../../components/confirm-button'
import { number, ScrollTable, TableHead } from '../../components/listing'
import { Ago } from '../../components/time'
import { isOperator } from '../../session'
import { hostsOfPack } from './pack'

interface PackCardProps {
  pack: Pack
  onEnable(): void
  onDisable(reason: string): Promise<void>
  onRemove(reason: string): Promise<void>
}

/** A pack with its queries, collapsed. */
export function PackCard({ pack, onEnable, onDisable, onRemove }: PackCardProps) {
  const { id, name, description, enabled, queries, updated_at } = pack
  return (
    <li class="panel pack" data-pack={name}>
      <header class="row">
        <span class={`status ${enabled ? 'is-online' : 'is-offline'}`}>
          <span class="dot" aria-hidden="true" />
          {enabled ? 'enabled' : 'disabled'}
        </span>
        <h2>{name}</h2>
        <span class="hint">{hostsOfPack(pack)}</span>
        <span class="spacer" />
        <span class="hint">
          updated <Ago time={updated_at} />
        </span>
        <a class="button" href={`/api/packs/${id}/export`} download={`${name}.conf`}>
          Export
        </a>
        {isOperator.value && (
          <>
            {enabled ? (
              <ConfirmButton
                label="Disable"
                confirmLabel={`Disable ${name}`}
                effect="Hosts stop running the queries of this pack when they fetch their next configuration. It can be enabled again."
                done={`Pack ${name} disabled`}
                onConfirm={onDisable}
              />
            ) : (
              <button type="button" onClick={onEnable}>
                Enable
              </button>
            )}
            <ConfirmButton
              label="Delete"
              confirmLabel={`Delete ${name}`}
              effect="Hosts stop running the queries of this pack when they fetch their next configuration."
              done={`Pack ${name} deleted`}
              onConfirm={onRemove}
            />
          </>
        )}
      </header>
      {description !== '' && <p>{description}</p>}
      <details>
        <summary>{counted(queries.length, 'query', 'queries')}</summary>
        <Queries name={name} queries={queries} />
      </details>
    </li>
  )
}

function Queries({ name, queries }: { name: string; queries: PackQuery[] }) {
  return (
    <ScrollTable name={`Queries of ${name}`}>
      <TableHead columns={['Name', number('Every'), 'Query', 'For']} />
      <tbody>
        {queries.map(query => (
          <tr key={query.name}>
            <td>
              <b>{query.name}</b>
              {query.snapshot && <p class="hint">snapshot</p>}
            </td>
            <td class="number">{formatDuration(query.interval_seconds * 1_000)}</td>
            <td class="wide">
              <code>{query.sql}</code>
              <p class="hint">{query.description}</p>
            </td>
            <td>
              {[query.platform, query.version && `from ${query.version}`, query.shard && `${query.shard}%`]
                .filter(Boolean)
                .join(', ') || 'all'}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}
