import { useSignal } from '@preact/signals'

/** A block of text with a copy button. */
export function CopyBlock({ name, text }: { name: string; text: string }) {
  const message = useSignal('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      message.value = 'Copied'
    } catch {
      message.value = 'Select the text to copy it' // pages served over plain HTTP have no clipboard API
    }
  }
  return (
    <div class="copy-block">
      <header class="row">
        <h3>{name}</h3>
        <span class="spacer" />
        <span class="hint" role="status">
          {message.value}
        </span>
        <button type="button" onClick={() => void copy()} aria-label={`Copy: ${name}`}>
          Copy
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  )
}
