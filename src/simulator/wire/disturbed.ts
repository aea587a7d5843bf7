/** Messages on their way out, as faults leave them: lost, doubled, after the next one. */
import type { EventFault } from '../control/faults.ts'

/** What goes out now, and what is held back until something follows it. `faultsOf`: what hits a message. */
export function disturbed<Message>(
  messages: readonly Message[],
  held: readonly Message[],
  faultsOf: (message: Message) => readonly EventFault[],
): { readonly now: Message[]; readonly late: Message[] } {
  const now: Message[] = []
  let late = [...held]
  for (const message of messages) {
    const kinds = faultsOf(message).map(({ kind }) => kind)
    if (kinds.includes('event_lost')) continue
    if (kinds.includes('event_late')) {
      late.push(message)
      continue
    }
    now.push(message, ...late, ...(kinds.includes('event_twice') ? [message] : []))
    late = []
  }
  return { now, late }
}
