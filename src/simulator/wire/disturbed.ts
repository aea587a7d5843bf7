/** Events on their way out, as faults leave them: lost, doubled, after the next one. */
import type { Faults } from '../control/faults.ts'
import type { UserEvent } from '../trading/events.ts'

/** What goes out now, and what is held back until something follows it. */
export function disturbed(
  faults: Faults,
  events: readonly UserEvent[],
  held: readonly UserEvent[],
): { readonly now: UserEvent[]; readonly late: UserEvent[] } {
  const now: UserEvent[] = []
  let late = [...held]
  for (const event of events) {
    const kinds = faults.ofEvent(event.e).map(({ kind }) => kind)
    if (kinds.includes('event_lost')) continue
    if (kinds.includes('event_late')) {
      late.push(event)
      continue
    }
    now.push(event, ...late, ...(kinds.includes('event_twice') ? [event] : []))
    late = []
  }
  return { now, late }
}
