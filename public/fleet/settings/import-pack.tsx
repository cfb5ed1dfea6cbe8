import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { PackImport } from '../../../src/contract/packs'
import { decodeText } from '../../../text/decode'
import { client, messageOf } from '../../api'
import { Dialog } from '../../components/dialog'
import { Failure } from '../../components/empty'
import { packNameOf } from './pack'

const SAMPLE = `{
  "queries": {
    "users": { "query": "select * from users", "interval": "3600" }
  }
}`

/** Imports a pack from a file or from pasted text. A pack of the same name is replaced. */
export function ImportPack({ onDone, onClose }: { onDone(): void; onClose(): void }) {
  const problem = useSignal('')
  const warned = useSignal<PackImport | null>(null)
  const name = useRef<HTMLInputElement>(null)
  const content = useRef<HTMLTextAreaElement>(null)
  const readFile = async (file: File | undefined) => {
    if (!file || !name.current || !content.current) return
    try {
      content.current.value = decodeText(new Uint8Array(await file.arrayBuffer()), { fatal: true })
      name.current.value ||= packNameOf(file.name)
      problem.value = ''
    } catch (error) {
      problem.value = error instanceof TypeError ? `${file.name} is not UTF-8. Save it as UTF-8.` : messageOf(error)
    }
  }
  const save = async () => {
    try {
      const body = { name: name.current?.value.trim() ?? '', content: content.current?.value ?? '' }
      const result = await client.post('/api/packs/import', { body })
      onDone()
      if (result.warnings.length === 0) onClose()
      else warned.value = result
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  if (warned.value) {
    return (
      <Dialog title="Imported with warnings" onClose={onClose}>
        <Warnings result={warned.value} onClose={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog title="Import a pack or configuration" onClose={onClose}>
      <form
        class="sql-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <label class="field">
          File
          <input
            type="file"
            accept=".conf,.json,.txt"
            onChange={event => void readFile(event.currentTarget.files?.[0])}
          />
        </label>
        <label class="field">
          Name
          <input ref={name} name="name" required maxLength={200} />
        </label>
        <label class="field">
          Pack as JSON (with comments and line continuations, if any)
          <textarea ref={content} name="content" required rows={12} spellcheck={false} placeholder={SAMPLE} />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row">
          <span class="spacer" />
          <button type="submit" class="primary">
            Import
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function Warnings({ result: { imported, warnings }, onClose }: { result: PackImport; onClose(): void }) {
  const done = useRef<HTMLButtonElement>(null)
  // The form had the focus; without a focused element, Escape would not reach the dialog.
  useLayoutEffect(() => done.current?.focus(), [])
  return (
    <>
      <p>{imported.map(({ name, replaced }) => `${name}${replaced ? ' (replaced)' : ''}`).join(', ')}</p>
      <ul class="warnings">
        {warnings.map(({ path, message }) => (
          <li key={path + message}>
            <code>{pathInPack(path)}</code> {message}
          </li>
        ))}
      </ul>
      <div class="row">
        <span class="spacer" />
        <button ref={done} type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </>
  )
}

/** The path within the file instead of the request. */
const pathInPack = (path: string) => path.replace(/^body\.content\.?/, '')
