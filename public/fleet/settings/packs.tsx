import { useSignal } from '@preact/signals'
import { api, messageOf } from '../../api'
import { Empty, Failure } from '../../components/empty'
import { usePages } from '../../pages-of'
import { isOperator } from '../../session'
import { ImportPack } from './import-pack'
import type { Pack } from './pack'
import { PackCard } from './pack-card'

/** Scheduled queries, in packs. */
export function Packs() {
  const { items, cursor, problem, read, readMore } = usePages<Pack>('/api/packs?limit=100')
  const isImporting = useSignal(false)
  const refused = useSignal('')
  const change = async (work: Promise<unknown>) => {
    try {
      await work
      refused.value = ''
    } catch (error) {
      refused.value = messageOf(error)
    }
    await read()
  }
  return (
    <>
      <div class="row">
        <p class="hint grow">
          Hosts run the queries of a pack by themselves and send what has changed. It is on the Scheduled tab of each
          host.
        </p>
        {isOperator.value && (
          <button type="button" class="primary" onClick={() => (isImporting.value = true)}>
            Import a pack
          </button>
        )}
      </div>
      {isImporting.value && <ImportPack onDone={() => void read()} onClose={() => (isImporting.value = false)} />}
      {refused.value !== '' && <Failure message={refused.value} />}
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {items.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {items.value?.length === 0 && (
        <Empty title="No packs yet.">
          <p>Packs are published with osquery and elsewhere: paste one, or choose its file.</p>
        </Empty>
      )}
      <ul class="packs" aria-label="Packs">
        {items.value?.map(pack => (
          <PackCard
            key={pack.id}
            pack={pack}
            onSwitch={enabled => void change(api.patch(`/api/packs/${pack.id}`, { enabled }))}
            onRemove={async reason => {
              await api.delete(`/api/packs/${pack.id}?reason=${encodeURIComponent(reason)}`)
              await read()
            }}
          />
        ))}
      </ul>
      {cursor.value !== null && (
        <button type="button" class="more" onClick={() => void readMore()}>
          More
        </button>
      )}
    </>
  )
}
