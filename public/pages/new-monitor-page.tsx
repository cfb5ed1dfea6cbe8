import '../css/monitors.page.css'
import { MonitorForm } from '../monitors/monitor-form'

const NewMonitorPage = () => (
  <div class="page new-monitor-page">
    <header class="page-head">
      <div class="job-title">
        <p class="crumbs">
          <a href="/monitors">Monitors</a>
        </p>
        <h1>Add monitor</h1>
      </div>
    </header>
    <MonitorForm monitor={null} />
  </div>
)

export default NewMonitorPage
