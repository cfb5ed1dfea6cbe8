export { HOST_STATUSES } from './host'
export { createHosts, type Hosts, type HostsDeps } from './hosts'
