export { groupReceivers } from './group-receiver-store'
export { createIncidents, type Incidents, type IncidentsDeps } from './incidents'
