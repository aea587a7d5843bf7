/** Messages on their way out, as faults leave them: lost, doubled, after the next one. */
import type { EventFault } from '../control/faults.ts'

/** How messages are told apart. */
interface Telling<Message> {
  /** What hits a message; the fault is spent by asking. */
  faultsOf(message: Message): readonly EventFault[]
  /** Its stream: one that is late comes after the next of the same. */
  streamOf(message: Message): string
}

/** What goes out now, and what is held back until something of its stream follows it. */
export function disturbed<Message>(
  messages: readonly Message[],
  held: readonly Message[],
  { faultsOf, streamOf }: Telling<Message>,
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
    const stream = streamOf(message)
    now.push(message, ...late.filter(one => streamOf(one) === stream), ...(kinds.includes('event_twice') ? [message] : []))
    late = late.filter(one => streamOf(one) !== stream)
  }
  return { now, late }
}
