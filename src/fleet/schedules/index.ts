export { createSchedules, type Schedules, type SchedulesDeps } from './schedules'
