/**
 * Gauges with their HELP, in the order in which they are sent. `probe_*` are those of blackbox_exporter, word for word,
 * so that its dashboards and alert rules work.
 */
export const FAMILIES = {
  probe_success: 'Displays whether or not the probe was a success',
  probe_duration_seconds: 'Returns how long the probe took to complete in seconds',
  probe_dns_lookup_time_seconds: 'Returns the time taken for probe dns lookup in seconds',
  probe_ip_protocol: 'Specifies whether probe ip protocol is IP4 or IP6',
  probe_failed_due_to_regex: 'Indicates if probe failed due to regex',
  probe_http_status_code: 'Response HTTP status code',
  probe_http_duration_seconds: 'Duration of http request by phase, summed over all redirects',
  probe_http_content_length: 'Length of http content response',
  probe_http_uncompressed_body_length: 'Length of uncompressed response body',
  probe_http_redirects: 'The number of redirects',
  probe_http_ssl: 'Indicates if SSL was used for the final redirect',
  probe_http_version: 'Returns the version of HTTP of the probe response',
  probe_ssl_earliest_cert_expiry: 'Returns last SSL chain expiry in unixtime',
  probe_ssl_last_chain_expiry_timestamp_seconds: 'Returns last SSL chain expiry in timestamp',
  probe_ssl_last_chain_info: 'Contains SSL leaf certificate information',
  probe_tls_version_info: 'Returns the TLS version used or NaN when unknown',
  probe_icmp_duration_seconds: 'Duration of icmp request by phase',
  probe_dns_duration_seconds: 'Duration of DNS request by phase',
  probe_dns_answer_rrs: 'Returns number of entries in the answer resource record list',
  probe_dns_query_succeeded: 'Displays whether or not the query was executed successfully',
  probe_dns_serial: 'Returns the serial number of the zone',
  tailrace_monitor_status: 'Status of the monitor: 1 up, 0 down, 2 pending, 3 paused',
  tailrace_monitor_last_check_timestamp_seconds: 'When the monitor was checked last, in unixtime',
} as const
export type Family = keyof typeof FAMILIES

/** A value of a gauge, with labels besides those of its monitor. */
export interface Sample {
  family: Family
  labels?: Record<string, string>
  value: number
}
