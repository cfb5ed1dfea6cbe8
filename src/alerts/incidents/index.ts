export { createIncidents, type Incidents, type IncidentsDeps } from './incidents'
