import { useSignal } from '@preact/signals'

interface CopyBlockProps {
  name: string
  text: string
  /** Why the text cannot be used yet; `''` if it can. */
  missing?: string
}

/** A block of text with a copy button. */
export function CopyBlock({ name, text, missing = '' }: CopyBlockProps) {
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
        <button
          type="button"
          disabled={missing !== ''}
          title={missing || undefined}
          onClick={() => void copy()}
          aria-label={`Copy: ${name}`}
        >
          Copy
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  )
}
