import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { loadSchema, type Schema } from '../tables'
import { adviceOn } from './advice'
import type { Editor } from './code-mirror'
import { completionAt } from './completion'
import { TablesPanel } from './tables-panel'

interface SqlEditorProps {
  value: string
  onChange(sql: string): void
  /** Ctrl-Enter and Cmd-Enter. */
  onRun(): void
  label?: string
  /** The keyboard goes there when it appears. */
  hasFocus?: boolean
}

const HINT = 'select name, version from os_version'
/** Kept by the browser, so that the tables stay where one wants them. */
const KEPT = 'tailrace.sql.tables'

/**
 * A field for osquery's SQL: highlighted, completed, with the list of tables beside it. It is a plain text field until the
 * editor has come, and stays one where that cannot be loaded.
 */
export function SqlEditor({ value, onChange, onRun, label = 'SQL', hasFocus = false }: SqlEditorProps) {
  const box = useRef<HTMLElement>(null)
  const schema = useSignal<Schema | null>(null)
  const hasTables = useSignal(localStorage.getItem(KEPT) === 'shown')
  const leave = () => box.current?.focus()
  const { host, plain, editor, isPlain } = useEditor({ value, onChange, onRun, label, schema, onLeave: leave })
  const advice = schema.value ? adviceOn(value, schema.value) : []

  useEffect(() => {
    // Without the tables it is still an editor.
    loadSchema().then(
      loaded => (schema.value = loaded),
      () => undefined,
    )
    if (hasFocus) plain.current?.focus()
  }, [])

  const insert = (text: string) => {
    if (editor.current) editor.current.insert(text)
    else plain.current?.setRangeText(text, plain.current.selectionStart, plain.current.selectionEnd, 'end')
    if (!editor.current) onChange(plain.current?.value ?? '')
  }
  const show = () => {
    hasTables.value = !hasTables.value
    localStorage.setItem(KEPT, hasTables.value ? 'shown' : 'hidden')
  }
  return (
    <section class={hasTables.value ? 'sql has-tables' : 'sql'} ref={box} tabIndex={-1} aria-label={`${label} editor`}>
      <div class="sql-main">
        <div class="sql-field">
          {isPlain.value && (
            <textarea
              ref={plain}
              aria-label={label}
              placeholder={HINT}
              rows={4}
              spellcheck={false}
              autocapitalize="off"
              value={value}
              onInput={event => onChange(event.currentTarget.value)}
              onKeyDown={event => keyInPlain(event, onRun, leave)}
            />
          )}
          <div ref={host} hidden={isPlain.value} />
        </div>
        <div class="sql-foot">
          <button type="button" class="quiet" aria-expanded={hasTables.value} onClick={show}>
            Tables
          </button>
          <div class="sql-advice" role="status">
            {advice.map(said => (
              <p key={said}>{said}</p>
            ))}
          </div>
        </div>
      </div>
      {hasTables.value && <TablesPanel schema={schema.value} isEmpty={value.trim() === ''} onInsert={insert} />}
    </section>
  )
}

function keyInPlain(event: KeyboardEvent, onRun: () => void, onLeave: () => void) {
  if (event.key === 'Escape') onLeave()
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  onRun()
}

interface Wiring {
  value: string
  schema: Signal<Schema | null>
  label: string
  onChange(sql: string): void
  onRun(): void
  onLeave(): void
}

/** Brings the editor in place of the plain field, with what has been typed there by then. */
function useEditor(wiring: Wiring) {
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLTextAreaElement>(null)
  const editor = useRef<Editor | null>(null)
  const isPlain = useSignal(true)
  /** What was typed and has not yet come back as the value: typing is faster than drawing. */
  const typed = useRef(new Set<string>())
  const latest = useRef(wiring)
  latest.current = wiring

  useEffect(() => {
    let isGone = false
    const bring = async () => {
      const { openEditor } = await import('./code-mirror')
      if (isGone || !host.current) return
      const field = plain.current
      const isHeld = field !== null && document.activeElement === field
      const [from, to] = [field?.selectionStart ?? 0, field?.selectionEnd ?? 0]
      editor.current = openEditor(host.current, {
        sql: latest.current.value,
        label: latest.current.label,
        hint: HINT,
        complete: (text, at) => {
          const schema = latest.current.schema.peek()
          return schema && completionAt(text, at, schema)
        },
        onChange: text => {
          typed.current.add(text)
          latest.current.onChange(text)
        },
        onRun: () => latest.current.onRun(),
        onLeave: () => latest.current.onLeave(),
      })
      isPlain.value = false
      host.current.hidden = false // at once: what is hidden takes no focus
      if (!isHeld) return
      editor.current.select(from, to)
      editor.current.focus()
    }
    bring().catch(() => undefined) // the plain field does it, too
    return () => {
      isGone = true
      editor.current?.close()
      editor.current = null
    }
  }, [])
  useEffect(() => {
    if (typed.current.has(wiring.value)) {
      if (editor.current?.sql === wiring.value) typed.current.clear()
      return
    }
    editor.current?.setSql(wiring.value)
    typed.current.clear()
  }, [wiring.value])
  return { host, plain, editor, isPlain }
}
