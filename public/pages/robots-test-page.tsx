import '../css/crawls.page.css'
import { RobotsForm } from '../crawls/robots-form'

/** Tests URLs against any robots.txt. */
const RobotsTestPage = () => (
  <div class="page robots-test-page">
    <header class="page-head">
      <div class="job-title">
        <p class="crumbs">
          <a href="/crawls">Crawls</a>
        </p>
        <h1>Test a robots.txt</h1>
      </div>
    </header>
    <RobotsForm />
  </div>
)

export default RobotsTestPage
