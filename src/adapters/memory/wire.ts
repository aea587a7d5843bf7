import type { Wire } from '#ports/wire.ts'

/** Hears a text on a channel. */
export type Listener = (channel: string, text: string) => void

/** A wire within one process: whoever listens is told at once. */
export function openMemoryWire(listeners: ReadonlySet<Listener>): Wire {
  let open = true
  return {
    publish(channel, text) {
      if (open) for (const listener of listeners) listener(channel, text)
    },
    async close() {
      open = false
    },
  }
}
