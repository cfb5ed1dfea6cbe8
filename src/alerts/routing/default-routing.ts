import { type AlertRouting, alertRouting } from '../../contract/alert-routes'

/** What a tenant has from the start: every alert becomes an incident, by its name, and nobody is notified. */
export const defaultRouting: AlertRouting = alertRouting.parse({ route: { receiver: null, group_by: ['alertname'] } })
