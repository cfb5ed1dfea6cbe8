import { PageFrame } from '../components/page-frame'
import { Workers } from '../jobs/workers'

/** The processes that run jobs. */
export const WorkersPage = () => (
  <PageFrame page="workers">
    <Workers />
  </PageFrame>
)
