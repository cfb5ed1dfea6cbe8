export { createHosts, type Hosts, type HostsDeps } from './hosts'
export { missingHosts } from './missing-hosts'
