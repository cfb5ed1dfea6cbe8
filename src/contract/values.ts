/** Constants that the browser and the command line need; importing schemas would bundle zod. */

/** Roles in ascending order; each includes the permissions of those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** Pages whose filters can be saved under a name. */
export const VIEW_PAGES = ['jobs', 'hosts', 'queries', 'alerts', 'monitors', 'crawls', 'containers'] as const

/** Kinds of processes, each with its own log. */
export const SERVICES = ['web', 'worker'] as const

/** Maximum number of topics on one connection. */
export const TOPICS_MAX = 50

/** States of a target host of a live query. */
export const TARGET_STATES = [
  'pending',
  'sent',
  'completed',
  'no_rows',
  'failed',
  'denylisted',
  /** The host did not poll before the deadline. */
  'offline',
  /** The host received the query but did not answer before the deadline. */
  'expired',
] as const

/** States of a live query. */
export const QUERY_STATUSES = ['running', 'completed', 'cancelled'] as const

/** What a result of a scheduled query is: a change since the previous run, or part of a snapshot. */
export const SCHEDULED_ACTIONS = ['added', 'removed', 'snapshot'] as const

export const JOB_STATUSES = ['scheduled', 'pending', 'running', 'completed', 'failed', 'cancelled'] as const
/** What the result of a job means, whatever its status: a check that finds a server down is `completed` and `bad`. */
export const OUTCOME_LEVELS = ['ok', 'warn', 'bad'] as const
export const BULK_ACTIONS = ['cancel', 'retry', 'remove'] as const
/**
 * The counts of a queue, each with the filter of `GET /api/jobs` that finds exactly these jobs. Those that ended count
 * for an hour or a day from when they were created, as `since` of the filter does.
 */
export const QUEUE_COUNTS = {
  scheduled: { status: 'scheduled' },
  pending: { status: 'pending' },
  running: { status: 'running' },
  failed: { status: 'failed', since: '24h' },
  bad: { status: 'completed', outcome: 'bad', since: '24h' },
  failed_last_hour: { status: 'failed', since: '1h' },
  bad_last_hour: { status: 'completed', outcome: 'bad', since: '1h' },
} as const
/** All queues; `src/jobs/kinds/queues.ts` configures them. */
export const QUEUE_NAMES = [
  'checks',
  'cleanup',
  'demo',
  'fleet',
  'control',
  'schedules',
  'notifications',
  'crawls',
  'agents',
] as const

/** Times that a preview of a schedule may ask for. */
export const PREVIEW_MAX = 400
/** What a schedule does when it is due and its last job has not ended. */
export const OVERLAPS = ['skip', 'queue'] as const
/** How many jobs a schedule creates for all the times that it has missed. */
export const CATCH_UPS = ['none', 'one'] as const
export const SCHEDULE_STATES = ['active', 'paused', 'ended'] as const
/** Why a schedule was due and created no job. */
export const SKIP_REASONS = [
  /** Its last job had not ended. */
  'overlap',
  /** Nothing served it in time, and it makes up for nothing. */
  'missed',
  /** An open job does the same already. */
  'duplicate',
  /** So many of its jobs are open that it creates no more. */
  'too_many_open',
  /** Its kind does not take its input any more. */
  'invalid_input',
] as const

export const HOST_STATUSES = ['online', 'offline', 'missing'] as const
/** Operating systems that the Add host page has commands for. */
export const SYSTEMS = ['linux', 'macos', 'windows'] as const

export const MATCHER_OPS = ['=', '!=', '=~', '!~'] as const
/** `suppressed` alerts fire, but are silenced, inhibited or under maintenance. */
export const ALERT_STATES = ['firing', 'suppressed', 'resolved'] as const
/** Who raises alerts. `api` is whatever sends them to Alertmanager's API. */
export const ALERT_SOURCES = [
  'api',
  'monitors',
  'jobs',
  'queues',
  'fleet',
  'crawls',
  'agents',
  'retention',
  'health',
  'alerts',
] as const
export const SEVERITIES = ['critical', 'warning', 'info'] as const
/** Why an alert is over: its source said so, or has not repeated it in time, or a rule was switched off. */
export const RESOLVED_BY = ['sender', 'timeout', 'disabled'] as const
export const SILENCE_STATES = ['pending', 'active', 'expired'] as const
/** A `group` stands for several receivers, which are all told the same. */
export const RECEIVER_TYPES = ['webhook', 'email', 'slack', 'group'] as const
/** Settings of receivers that are stored encrypted and never returned. The address of a Slack channel is a secret itself. */
export const SECRET_SETTINGS = {
  webhook: ['secret', 'bearer_token'],
  email: ['password'],
  slack: ['url'],
  group: [],
} as const
/** `muted`: all its alerts are muted, so nobody has been notified. */
export const INCIDENT_STATUSES = ['open', 'muted', 'acknowledged', 'resolved'] as const
export const NOTIFICATION_STATUSES = ['pending', 'sent', 'failed', 'not_sent'] as const
/** Why a notification is sent; the rest: why it is not. */
export const NOTIFICATION_REASONS = [
  'first',
  'new_alerts',
  'some_resolved',
  'all_resolved',
  'repeat',
  'unmuted',
  /** Its receiver was left out, or could not be reached, when the others were told. */
  'missed',
  'silenced',
  'inhibited',
  'maintenance',
  /** A time interval of the route. */
  'interval',
  'acknowledged',
  'flapping',
  /** Nothing new until the next repeat. */
  'repeat_not_due',
  'resolved_not_wanted',
  'no_receiver',
  'receiver_disabled',
  'queue_full',
] as const
export const TIMELINE_KINDS = [
  'opened',
  'firing',
  'alerts_resolved',
  'muted',
  'unmuted',
  'notified',
  'notify_failed',
  'not_notified',
  'acknowledged',
  'assigned',
  'note',
  'flapping',
  'resolved',
] as const

export const MONITOR_TYPES = ['http', 'tcp', 'dns', 'tls', 'ping', 'push'] as const
export const MONITOR_STATUSES = ['up', 'down', 'pending', 'paused'] as const
/** `unknown`: this machine was offline, which says nothing about the target. */
export const CHECK_STATUSES = ['up', 'down', 'unknown'] as const
/** What a monitor's time is counted as. `unknown`: nothing was checked, because Tailrace or its network was down. */
export const HISTORY_STATES = ['up', 'down', 'pending', 'paused', 'maintenance', 'unknown'] as const
export const RULE_TYPES = [
  'consecutive_failures',
  'latency_over',
  'error_rate',
  'tls_expiry',
  'missed_heartbeat',
] as const
/** Periods that uptime and latency are shown for. */
export const HISTORY_WINDOWS = ['24h', '7d', '30d', '90d'] as const
export const DNS_RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'SOA', 'CAA', 'PTR'] as const
/** How a value found in a JSON body is compared. */
export const JSON_OPS = ['==', '!=', '<', '<=', '>', '>=', 'contains', 'exists'] as const
export const IMPORT_FORMATS = ['tailrace', 'uptime-kuma', 'gatus'] as const

export const SCOPE_TYPES = ['page', 'prefix', 'host', 'domain', 'any'] as const
/** `paused` crawls still run, but start no requests. */
export const CRAWL_STATUSES = ['scheduled', 'pending', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const
/** The steps of a crawl's job. */
export const CRAWL_PHASES = ['discover', 'fetch', 'analyse', 'export'] as const
/** Why a crawl is over. `blocked`: robots.txt allows none of it. `failed`: no page could be fetched, or a fault of ours. */
export const END_REASONS = [
  'completed',
  'page_limit',
  'time_limit',
  'bytes_limit',
  'cancelled',
  'blocked',
  'failed',
] as const
export const PAGE_OUTCOMES = ['fetched', 'failed', 'skipped'] as const
/** What the robots.txt of a host was. Without one, or with a 4xx, everything is allowed; `unreachable`: nothing is. */
export const ROBOTS_OUTCOMES = ['parsed', 'absent', 'unreadable', 'unreachable'] as const
export const FINDING_TYPES = [
  'broken_link',
  'redirect_chain',
  'orphan',
  'duplicate_content',
  'duplicate_title',
  'missing_title',
  'missing_description',
  'slow_page',
  'mixed_content',
] as const
export const COMPARISONS = ['new', 'gone', 'changed', 'moved'] as const
export const CRAWL_EXPORTS = ['jsonl', 'csv', 'sitemap', 'warc'] as const
/** What can raise an alert at the end of a crawl. */
export const CRAWL_ALERTS = ['broken_links', 'new_broken_links', 'ended_badly'] as const

/** What is measured of a machine: `cpu` in percent of all its cores, sizes in bytes, rates in bytes per second. */
export const HOST_GAUGES = [
  'cpu',
  'load1',
  'memory',
  'memory_total',
  'swap',
  'disk',
  'disk_total',
  'rx',
  'tx',
  'read',
  'write',
] as const
/** What is measured of a container: `cpu` in percent of one core. */
export const CONTAINER_GAUGES = ['cpu', 'memory', 'memory_limit', 'rx', 'tx', 'read', 'write', 'pids'] as const
/** Max number of points of a series in a reply. */
export const CHART_POINTS_MAX = 1_000
export const AGENT_STATUSES = ['online', 'offline'] as const
/** `gone`: the engine does not have it any more. */
export const CONTAINER_STATES = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
  'gone',
] as const
export const CONTAINER_HEALTHS = ['none', 'starting', 'healthy', 'unhealthy'] as const
export const CONTAINER_ACTIONS = ['start', 'stop', 'restart'] as const
/** `expired`: never begun. `unknown`: begun, and nobody can say what became of it. */
export const COMMAND_STATUSES = [
  'queued',
  'sent',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'rejected',
  'expired',
  'unknown',
] as const
