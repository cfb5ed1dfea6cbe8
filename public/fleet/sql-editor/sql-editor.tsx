import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { importAgain } from '../../import-again'
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
  /** Focuses the editor when it appears. */
  hasFocus?: boolean
}

const HINT = 'select name, version from os_version'
/** Remembers in the browser whether the list of tables is open. */
const STORAGE_KEY = 'tailrace.sql.tables'

/**
 * An editor for osquery SQL with highlighting, completion and a list of tables. It is a plain text field until
 * CodeMirror has been loaded, and remains one if that fails.
 */
export function SqlEditor({ value, onChange, onRun, label = 'SQL', hasFocus = false }: SqlEditorProps) {
  const box = useRef<HTMLElement>(null)
  const schema = useSignal<Schema | null>(null)
  const hasTables = useSignal(localStorage.getItem(STORAGE_KEY) === 'shown')
  const leave = () => box.current?.focus()
  const { host, plain, editor, isPlain } = useEditor({ value, onChange, onRun, label, schema, onEscape: leave })
  const advice = schema.value ? adviceOn(value, schema.value) : []

  useEffect(() => {
    // The editor also works without the tables.
    loadSchema().then(
      loaded => (schema.value = loaded),
      () => undefined,
    )
  }, [])
  useLayoutEffect(() => {
    if (hasFocus) plain.current?.focus()
  }, [])

  const insert = (text: string) => {
    if (editor.current) editor.current.insert(text)
    else plain.current?.setRangeText(text, plain.current.selectionStart, plain.current.selectionEnd, 'end')
    if (!editor.current) onChange(plain.current?.value ?? '')
  }
  const show = () => {
    hasTables.value = !hasTables.value
    localStorage.setItem(STORAGE_KEY, hasTables.value ? 'shown' : 'hidden')
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
              onKeyDown={event => onPlainKeyDown(event, onRun, leave)}
            />
          )}
          <div ref={host} hidden={isPlain.value} />
        </div>
        <div class="sql-foot">
          <button type="button" class="quiet" aria-expanded={hasTables.value} onClick={show}>
            Tables
          </button>
          <div class="sql-advice" role="status">
            {advice.map(each => (
              <p key={each}>{each}</p>
            ))}
          </div>
        </div>
      </div>
      {hasTables.value && <TablesPanel schema={schema.value} isEmpty={value.trim() === ''} onInsert={insert} />}
    </section>
  )
}

function onPlainKeyDown(event: KeyboardEvent, onRun: () => void, onEscape: () => void) {
  if (event.key === 'Escape') onEscape()
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  onRun()
}

interface UseEditorOptions {
  value: string
  schema: Signal<Schema | null>
  label: string
  onChange(sql: string): void
  onRun(): void
  onEscape(): void
}

/** Replaces the plain field with the editor, and keeps its text, selection and focus. */
function useEditor(options: UseEditorOptions) {
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLTextAreaElement>(null)
  const editor = useRef<Editor | null>(null)
  const isPlain = useSignal(true)
  /** Texts that were typed but not yet passed back as the value, because typing may be faster than rendering. */
  const typed = useRef(new Set<string>())
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    let isUnmounted = false
    const load = async () => {
      const { openEditor } = await importAgain(() => import('./code-mirror'))
      if (isUnmounted || !host.current) return
      const field = plain.current
      const hadFocus = field !== null && document.activeElement === field
      const [from, to] = [field?.selectionStart ?? 0, field?.selectionEnd ?? 0]
      // The field may be ahead of the value: keys that were just typed have not been rendered yet.
      const sql = field?.value ?? latest.current.value
      typed.current.add(sql)
      editor.current = openEditor(host.current, {
        sql,
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
        onEscape: () => latest.current.onEscape(),
      })
      isPlain.value = false
      host.current.hidden = false // right away, because hidden elements cannot be focused
      if (!hadFocus) return
      editor.current.select(from, to)
      editor.current.focus()
    }
    load().catch(() => undefined) // the plain field remains
    return () => {
      isUnmounted = true
      editor.current?.close()
      editor.current = null
    }
  }, [])
  useEffect(() => {
    if (typed.current.has(options.value)) {
      if (editor.current?.sql === options.value) typed.current.clear()
      return
    }
    editor.current?.setSql(options.value)
    typed.current.clear()
  }, [options.value])
  return { host, plain, editor, isPlain }
}
