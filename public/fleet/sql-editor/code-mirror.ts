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
import { highlightStyle, theme } from './theme'

export interface EditorOptions {
  sql: string
  label: string
  hint: string
  /** The completions at a position. It is passed in so that this chunk shares no code with the pages. */
  complete(sql: string, at: number): Completion | null
  onChange(sql: string): void
  onRun(): void
  /** Moves the focus out of the editor. */
  onEscape(): void
}

export interface Editor {
  readonly sql: string
  /** Replaces the text. Undo restores the previous one. */
  setSql(sql: string): void
  insert(text: string): void
  focus(): void
  select(from: number, to: number): void
  close(): void
}

/**
 * Opens CodeMirror in a shadow root. There it uses adopted style sheets, which the content security policy allows; in
 * the document it would insert a style element, which the policy blocks.
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

function stateOf({ sql, label, hint, complete, onChange, onRun, onEscape }: EditorOptions) {
  const run = () => {
    onRun()
    return true
  }
  const leave = () => {
    onEscape()
    return true
  }
  return EditorState.create({
    doc: sql,
    extensions: [
      Prec.highest(
        keymap.of([
          { key: 'Ctrl-Enter', run },
          { key: 'Cmd-Enter', run },
          { key: 'Tab', run: acceptCompletion }, // otherwise Tab moves the focus
        ]),
      ),
      keymap.of([...completionKeymap, ...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
      keymap.of([{ key: 'Escape', run: leave }]), // unless it closes the list of completions
      history(),
      SQLite.language,
      syntaxHighlighting(highlightStyle),
      bracketMatching(),
      closeBrackets(),
      autocompletion({
        override: [context => completeIn(context, complete)],
        icons: false,
        maxRenderedOptions: OPTIONS_MAX,
      }),
      placeholder(hint),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'off', autocorrect: 'off' }),
      EditorView.updateListener.of(update => {
        if (update.docChanged) onChange(update.state.doc.toString())
      }),
      insertTextHandler,
      theme,
    ],
  })
}

/**
 * Inserts text itself when it replaces a selection or the editor is empty. Chromium would copy styles into attributes
 * in these cases, which the content security policy blocks.
 */
const insertTextHandler = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main
    const { data: text } = event
    if (event.inputType !== 'insertText' || !text || event.isComposing) return false
    if (from === to && view.state.doc.length > 0) return false
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    const isHandled = view.state.facet(EditorView.inputHandler).some(handle => handle(view, from, to, text, insert))
    if (!isHandled) view.dispatch(insert())
    event.preventDefault()
    return true
  },
})

/** As many as fit without scrolling, so that the list needs no scrollable region; the keyboard reaches the others. */
const OPTIONS_MAX = 11

/** Text after which completions open without a typed prefix. */
const TRIGGERS = /(?:\.|\b(?:from|join)\s+)$/i

function completeIn(context: CompletionContext, complete: EditorOptions['complete']): CompletionResult | null {
  const { state, pos } = context
  const found = complete(state.doc.toString(), pos)
  if (!found) return null
  const isTriggered = TRIGGERS.test(state.sliceDoc(Math.max(0, pos - 20), pos))
  if (found.from === pos && !context.explicit && !isTriggered) return null
  return {
    from: found.from,
    validFor: /^[\p{L}_][\p{L}\p{N}_$]*$/u,
    options: found.options.map(({ label, kind, detail, boost }) => ({ label, detail, boost, type: kind })),
  }
}
