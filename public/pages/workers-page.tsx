import { PageFrame } from '../components/page-frame'
import { Workers } from '../jobs/workers'

/** The processes that run jobs. */
const WorkersPage = () => (
  <PageFrame page="workers">
    <Workers />
  </PageFrame>
)

export default WorkersPage
