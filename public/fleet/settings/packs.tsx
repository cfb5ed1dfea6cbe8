import { useSignal } from '@preact/signals'
import { client, messageOf } from '../../api'
import { Empty, Failure } from '../../components/empty'
import { ListStatus, LoadMore } from '../../components/list-status'
import { isOperator } from '../../session'
import { byId, usePagedList } from '../../use-paged-list'
import { ImportPack } from './import-pack'
import { PackCard } from './pack-card'

/** Packs of scheduled queries. */
export function Packs() {
  const list = usePagedList('/api/packs', { idOf: byId, pageSize: 100 })
  const isImporting = useSignal(false)
  const problem = useSignal('')
  const change = async (work: Promise<unknown>) => {
    try {
      await work
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
    await list.refresh()
  }
  return (
    <>
      <div class="row">
        <p class="hint grow">
          Hosts run the queries of a pack on a schedule. Each host's Scheduled tab shows the results.
        </p>
        {isOperator.value && (
          <button type="button" class="primary" onClick={() => (isImporting.value = true)}>
            Import a pack
          </button>
        )}
      </div>
      {isImporting.value && (
        <ImportPack onDone={() => void list.refresh()} onClose={() => (isImporting.value = false)} />
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      <ListStatus list={list} empty={<NoPacks />} />
      <ul class="packs" aria-label="Packs">
        {list.items.value?.map(pack => (
          <PackCard
            key={pack.id}
            pack={pack}
            onEnable={() => void change(client.patch('/api/packs/{id}', { id: pack.id, body: { enabled: true } }))}
            onDisable={async reason => {
              await client.patch('/api/packs/{id}', { id: pack.id, body: { enabled: false, reason } })
              await list.refresh()
            }}
            onRemove={async reason => {
              await client.delete('/api/packs/{id}', { id: pack.id, reason })
              await list.refresh()
            }}
          />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}

const NoPacks = () => (
  <Empty title="No packs yet">
    <p>Import one of osquery's published packs, or your own.</p>
  </Empty>
)
