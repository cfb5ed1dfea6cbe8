import { startDebian } from './debian'

const CONFIGURATION = `modules:
  http_2xx:
    prober: http
    timeout: 5s
    http: {preferred_ip_protocol: ip4}
`

/** Prometheus' blackbox_exporter, which checks when it is asked and keeps nothing; undefined if it is not installed. */
export const startBlackbox = () =>
  startDebian({
    program: '/usr/bin/prometheus-blackbox-exporter',
    configuration: CONFIGURATION,
    args: file => ['--config.file', file],
    readyPath: '/-/healthy',
  })
