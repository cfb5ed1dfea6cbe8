import { type Notifications, notify } from '../src/alerts'
import { handle } from '../src/jobs'

export default handle(notify, (run, input, { notifications }: { notifications: Notifications }) =>
  notifications.deliver(run, input),
)
