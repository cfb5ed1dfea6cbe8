export { createHosts, type Hosts, type HostsDeps } from './hosts'
