import { Dialog } from '../components/dialog'
import { NewJob } from '../jobs/new-job'
import { useKinds } from '../jobs/use-kinds'
import { navigate } from '../router'

/** Starts a job of any kind, and opens its page. */
export function RunJobDialog({ onClose }: { onClose(): void }) {
  const kinds = useKinds()
  return (
    <Dialog title="Run job" onClose={onClose}>
      <NewJob
        kinds={kinds}
        onCreated={job => {
          onClose()
          navigate(`/jobs/${job.id}`)
        }}
      />
    </Dialog>
  )
}
