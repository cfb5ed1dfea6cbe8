import { z } from 'zod'
import { metricsEvent } from './agent-metrics'
import { agentConnectedEvent, agentDisconnectedEvent, agentGap, agentState } from './agents'
import { alertEvent } from './alerts'
import { auditEvent } from './audit'
import { commandEvent, containerChangedEvent, containerEvent, containerTopicState } from './containers'
import { crawlProgress } from './crawls'
import { time } from './fields'
import { healthChanged } from './health'
import {
  hostDeletedEvent,
  hostEnrolledEvent,
  hostLabelsEvent,
  hostRefreshedEvent,
  hostState,
  hostStatusEvent,
} from './hosts'
import { incidentEvent, incidentUpdated } from './incidents'
import { jobEvent, jobProgress, jobProgressEvent, jobSpawned, jobTopicState } from './jobs'
import { monitorCheckEvent, monitorStatusEvent } from './monitors'
import { queryCompletedEvent, queryResult, queryResultEvent, queryState } from './queries'
import { queueStatsEvent } from './queues'
import { retentionSwept } from './retention'
import { scheduleSkipped } from './schedules'
import { silence } from './silences'
import { statsUpdatedEvent } from './stats'

/** Data of the events in the topic of a job; on the wire, `topic` comes on top. */
export const jobTopicEvents = {
  status: jobTopicState,
  progress: jobProgress,
  job_spawn: jobSpawned,
  crawl_progress: crawlProgress,
}
/** The same for a live query. */
export const queryTopicEvents = { status: queryState, query_result: queryResult }
/** The same for a host. */
export const hostTopicEvents = {
  status: hostState,
  host_refreshed: hostRefreshedEvent,
  host_labels: hostLabelsEvent,
  query_result: queryResult,
}
/** The same for an agent. */
export const agentTopicEvents = {
  status: agentState,
  container_event: containerEvent,
  command_updated: commandEvent,
  agent_gap: agentGap,
  metrics: metricsEvent,
}
/** The same for a container. */
export const containerTopicEvents = {
  status: containerTopicState,
  container_event: containerEvent,
  command_updated: commandEvent,
}

/** `data` of the events of a tenant. */
export const tenantEvents = {
  job_created: jobEvent,
  job_started: jobEvent,
  job_progress: jobProgressEvent,
  job_completed: jobEvent,
  job_failed: jobEvent,
  job_cancelled: jobEvent,
  job_retried: jobEvent,
  job_spawn: jobEvent,
  queue_stats: queueStatsEvent,
  schedule_skipped: scheduleSkipped,
  stats_updated: statsUpdatedEvent,
  monitor_check: monitorCheckEvent,
  monitor_status: monitorStatusEvent,
  crawl_progress: crawlProgress,
  query_result: queryResultEvent,
  query_completed: queryCompletedEvent,
  host_enrolled: hostEnrolledEvent,
  host_status: hostStatusEvent,
  host_deleted: hostDeletedEvent,
  agent_connected: agentConnectedEvent,
  agent_disconnected: agentDisconnectedEvent,
  container_started: containerChangedEvent,
  container_stopped: containerChangedEvent,
  container_health: containerChangedEvent,
  command_updated: commandEvent,
  retention_swept: retentionSwept,
  audit: auditEvent,
  alert_created: alertEvent,
  alert_firing: alertEvent,
  alert_silenced: alertEvent,
  alert_inhibited: alertEvent,
  alert_resolved: alertEvent,
  silence_created: silence,
  silence_updated: silence,
  silence_expired: silence,
  silence_deleted: silence,
  incident_created: incidentEvent,
  incident_acknowledged: incidentEvent,
  incident_resolved: incidentEvent,
  incident_updated: incidentUpdated,
  health_changed: healthChanged,
}

/** What areas store of a tenant event. */
export const tenantEventContent = z.object({ labels: z.record(z.string(), z.string()), data: z.unknown() })
/** A tenant event on the wire; `data` is by its type. */
export const tenantEvent = tenantEventContent.extend({
  topic: z.literal('events'),
  type: z.string(),
  /** Null, like `sequence`, when the event is not stored. */
  id: z.string().nullable(),
  sequence: z.number().int().nullable(),
  timestamp: time,
  source: z.string().nullable(),
  tenant_id: z.string(),
})
export type TenantEvent = z.output<typeof tenantEvent>
