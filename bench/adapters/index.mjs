// How a target keeps the data and speaks: its tables, its statuses, its socket, its queues. The load is the same for all.
import { opsdesk } from './opsdesk.mjs'
import { peers } from './peers.mjs'

export const adapterOf = t => t.adapter === 'opsdesk' ? opsdesk : peers
