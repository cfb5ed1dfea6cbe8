import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { SQLite } from '@codemirror/lang-sql'
import { bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import type { Completion } from './completion'
import { colours, look } from './look'

export interface EditorOptions {
  sql: string
  label: string
  hint: string
  /** What may stand at a place. It is handed in, so that the pages and this chunk have no code in common. */
  complete(sql: string, at: number): Completion | null
  onChange(sql: string): void
  onRun(): void
  /** The keyboard is to go elsewhere. */
  onLeave(): void
}

export interface Editor {
  readonly sql: string
  /** Puts another text in its place; what was there can be had back by undo. */
  setSql(sql: string): void
  insert(text: string): void
  focus(): void
  select(from: number, to: number): void
  close(): void
}

/**
 * CodeMirror in a shadow root: there it adopts its style sheets, which the security policy allows; in the document it would
 * write a style element, which the policy refuses.
 */
export function openEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const view = new EditorView({ root, parent: root, state: stateOf(options) })
  return {
    get sql() {
      return view.state.doc.toString()
    },
    setSql(sql) {
      if (sql === view.state.doc.toString()) return
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: sql }, selection: { anchor: sql.length } })
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text))
      view.focus()
    },
    focus: () => view.focus(),
    select: (anchor, head) => view.dispatch({ selection: { anchor, head } }),
    close: () => view.destroy(),
  }
}

function stateOf({ sql, label, hint, complete, onChange, onRun, onLeave }: EditorOptions) {
  const run = () => {
    onRun()
    return true
  }
  const leave = () => {
    onLeave()
    return true
  }
  return EditorState.create({
    doc: sql,
    extensions: [
      Prec.highest(
        keymap.of([
          { key: 'Ctrl-Enter', run },
          { key: 'Cmd-Enter', run },
          { key: 'Tab', run: acceptCompletion }, // else it leads on to the next control
        ]),
      ),
      keymap.of([...completionKeymap, ...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
      keymap.of([{ key: 'Escape', run: leave }]), // where it has not closed the list of completions
      history(),
      SQLite.language,
      syntaxHighlighting(colours),
      bracketMatching(),
      closeBrackets(),
      autocompletion({
        override: [context => completeIn(context, complete)],
        icons: false,
        maxRenderedOptions: OPTIONS_SHOWN,
      }),
      placeholder(hint),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'off', autocorrect: 'off' }),
      EditorView.updateListener.of(update => {
        if (update.docChanged) onChange(update.state.doc.toString())
      }),
      typedByUs,
      look,
    ],
  })
}

/**
 * Where Chromium types over a selection, or into nothing, it copies styles into attributes, which the security policy
 * refuses: it is done for it.
 */
const typedByUs = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main
    const { data: text } = event
    if (event.inputType !== 'insertText' || !text || event.isComposing) return false
    if (from === to && view.state.doc.length > 0) return false
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    const isTaken = view.state.facet(EditorView.inputHandler).some(handle => handle(view, from, to, text, insert))
    if (!isTaken) view.dispatch(insert())
    event.preventDefault()
    return true
  },
})

/** No more than fit without scrolling: the keyboard moves on to the rest, and who cannot see is told of no hidden box. */
const OPTIONS_SHOWN = 11

/** By itself only where a word was begun, or after what calls for one. */
const CALLS = /(?:\.|\b(?:from|join)\s+)$/i

function completeIn(context: CompletionContext, complete: EditorOptions['complete']): CompletionResult | null {
  const { state, pos } = context
  const found = complete(state.doc.toString(), pos)
  if (!found) return null
  const isCalled = CALLS.test(state.sliceDoc(Math.max(0, pos - 20), pos))
  if (found.from === pos && !context.explicit && !isCalled) return null
  return {
    from: found.from,
    validFor: /^[\p{L}_][\p{L}\p{N}_$]*$/u,
    options: found.options.map(({ label, kind, detail, boost }) => ({ label, detail, boost, type: kind })),
  }
}
