import { CopyBlock } from '../components/copy-block'

interface PushAddressProps {
  url: string
  onClose?(): void
}

/** The address for heartbeats, which is shown once, and how to use it. */
export const PushAddress = ({ url, onClose }: PushAddressProps) => (
  <section class="panel push-address" aria-label="Address for heartbeats">
    <header class="row">
      <h2>Address for heartbeats</h2>
      <span class="spacer" />
      {onClose && (
        <button type="button" onClick={onClose}>
          Done
        </button>
      )}
    </header>
    <p class="notice">Copy it now: it will not be shown again. Whoever knows it can report heartbeats.</p>
    <CopyBlock name="Address" text={url} />
    <CopyBlock name="From a shell" text={`curl -fsS -m 10 --retry 3 ${url}`} />
    <CopyBlock
      name="In a crontab: reports that the job began, and how it ended"
      text={`0 3 * * * curl -fsS -m 10 ${url}/start; /usr/local/bin/backup; curl -fsS -m 10 --retry 3 ${url}/$?`}
    />
  </section>
)
