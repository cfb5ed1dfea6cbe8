/** Shows a new secret. It cannot be shown again, since the server keeps only its hash. */
export function SecretNotice({ title, text, onClose }: { title: string; text: string; onClose(): void }) {
  return (
    <div class="notice secret" role="alert">
      <p>{title} Copy it now: it will not be shown again.</p>
      <div class="row">
        <code>{text}</code>
        <button type="button" onClick={() => void navigator.clipboard?.writeText(text)}>
          Copy
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  )
}
