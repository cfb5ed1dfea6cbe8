import type { Transport } from '../transport'
import type { TransportName } from '../types'
import { poll } from './poll'
import { sse } from './sse'
import { websocket } from './websocket'

export const transports: Record<TransportName, Transport> = { sse, websocket, poll }
