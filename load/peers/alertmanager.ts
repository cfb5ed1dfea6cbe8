import { startDebian } from './debian'

/** Groups everything and notifies nobody. */
const CONFIGURATION = 'route: {receiver: nobody, group_wait: 1h}\nreceivers: [{name: nobody}]\n'

/** Prometheus' Alertmanager, which keeps alerts in memory; undefined if Debian's package is not installed. */
export const startAlertmanager = () =>
  startDebian({
    program: '/usr/bin/prometheus-alertmanager',
    configuration: CONFIGURATION,
    args: (file, folder) => ['--config.file', file, '--storage.path', folder, '--cluster.listen-address='],
    readyPath: '/-/ready',
  })
