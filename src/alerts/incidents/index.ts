export { groupReceivers } from './group-receivers'
export { createIncidents, type Incidents, type IncidentsDeps } from './incidents'
