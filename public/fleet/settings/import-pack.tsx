import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { api, messageOf } from '../../api'
import { Dialog } from '../../components/dialog'
import { Failure } from '../../components/empty'
import { packNameOf } from './pack'

const SAMPLE = `{
  "queries": {
    "users": { "query": "select * from users", "interval": "3600" }
  }
}`

/** Takes a pack as it is published: pasted, or as a file. One of the same name is replaced. */
export function ImportPack({ onDone, onClose }: { onDone(): void; onClose(): void }) {
  const problem = useSignal('')
  const name = useRef<HTMLInputElement>(null)
  const content = useRef<HTMLTextAreaElement>(null)
  const take = async (file: File | undefined) => {
    if (!file || !name.current || !content.current) return
    content.current.value = await file.text()
    name.current.value ||= packNameOf(file.name)
  }
  const save = async () => {
    try {
      await api.post('/api/packs/import', { name: name.current?.value.trim(), content: content.current?.value })
      onDone()
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <Dialog title="Import a pack" onClose={onClose}>
      <form
        class="sql-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <label class="field">
          File
          <input type="file" accept=".conf,.json,.txt" onChange={event => void take(event.currentTarget.files?.[0])} />
        </label>
        <label class="field">
          Name
          <input ref={name} name="name" required maxLength={200} />
        </label>
        <label class="field">
          Pack, as JSON; comments and continued lines are fine
          <textarea ref={content} name="content" required rows={12} spellcheck={false} placeholder={SAMPLE} />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row">
          <span class="spring" />
          <button type="submit" class="primary">
            Import
          </button>
        </div>
      </form>
    </Dialog>
  )
}
