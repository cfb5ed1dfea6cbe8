import type { Carve } from '../../../src/contract/carves'
import { formatBytes } from '../../../text/numbers'
import { Progress } from '../../components/status'
import { Ago } from '../../components/time'
import { isOperator } from '../../session'
import { isEmptyArchive } from './carve-sql'

/** A fetched file in a table; `hasHost`: with the host that it came from. */
export function CarveRow({ carve, hasHost = false }: { carve: Carve; hasHost?: boolean }) {
  const { id, host_id, size, received, block_count, query_id, created_at, completed_at } = carve
  return (
    <tr>
      <td>
        <Ago time={created_at} /> {query_id && <a href={`/queries/${query_id}`}>by query</a>}
      </td>
      {hasHost && (
        <td>
          <a href={`/hosts/${host_id}`}>Host</a>
        </td>
      )}
      <td class="number">{isEmptyArchive(size) ? 'empty (file not found)' : formatBytes(size)}</td>
      <td>
        {completed_at === null ? (
          <Progress share={block_count === 0 ? 0 : received / block_count} label="Received" />
        ) : (
          <Ago time={completed_at} />
        )}
      </td>
      <td>
        {completed_at !== null && isOperator.value && (
          <a class="button" href={`/api/carves/${id}/content`} download>
            Download
          </a>
        )}
      </td>
    </tr>
  )
}
