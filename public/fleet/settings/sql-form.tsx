import { useSignal } from '@preact/signals'
import { messageOf } from '../../api'
import { Dialog } from '../../components/dialog'
import { Failure } from '../../components/empty'
import { useFocus } from '../../use-focus'
import { SqlEditor } from '../sql-editor'

export interface SqlFields {
  name: string
  description: string
  /** Null for none. */
  sql: string | null
  platforms: string[]
}

interface SqlFormProps {
  title: string
  fields: SqlFields
  /** Makes the query optional; the labels of the two options. */
  choice?: { none: string; some: string }
  onSave(fields: SqlFields): Promise<unknown>
  onClose(): void
}

const FIRST_SQL = 'select 1 from os_version'

/** A form for name, description, query and platforms. */
export function SqlForm({ title, fields, choice, onSave, onClose }: SqlFormProps) {
  const sql = useSignal(fields.sql)
  const problem = useSignal('')
  const form = useFocus()
  const save = async (given: FormData) => {
    const text = (name: string) => String(given.get(name)).trim()
    const platforms = text('platforms')
      .split(/[\s,]+/)
      .filter(Boolean)
    try {
      await onSave({ name: text('name'), description: text('description'), sql: sql.peek(), platforms })
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="sql-form"
        onSubmit={event => {
          event.preventDefault()
          void save(new FormData(event.currentTarget))
        }}
      >
        <label class="field">
          Name
          <input ref={form} name="name" required maxLength={200} defaultValue={fields.name} />
        </label>
        <label class="field">
          Description
          <input name="description" maxLength={1_000} defaultValue={fields.description} />
        </label>
        {choice && (
          <fieldset class="chips" aria-label="Members">
            <button type="button" aria-pressed={sql.value === null} onClick={() => (sql.value = null)}>
              {choice.none}
            </button>
            <button type="button" aria-pressed={sql.value !== null} onClick={() => (sql.value ??= FIRST_SQL)}>
              {choice.some}
            </button>
          </fieldset>
        )}
        {sql.value !== null && (
          <>
            <SqlEditor value={sql.value} onChange={text => (sql.value = text)} onRun={() => undefined} />
            <label class="field">
              Platforms (leave empty for all)
              <input name="platforms" placeholder="linux, darwin, windows" defaultValue={fields.platforms.join(', ')} />
            </label>
          </>
        )}
        {sql.value === null && <input type="hidden" name="platforms" value="" />}
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row">
          <span class="spacer" />
          <button type="submit" class="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
