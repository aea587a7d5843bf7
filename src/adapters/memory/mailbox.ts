import type { Mailbox } from '#ports/mailbox.ts'
import type { Incoming, Target } from '#ports/messenger.ts'
import { accountOn, type MemoryDisk } from './store.ts'

const keyOf = ({ platform, chat }: Target): string => `${platform} ${chat}`
const isSame = (one: Incoming, other: Incoming): boolean =>
  one.platform === other.platform &&
  one.bot === other.bot &&
  (one.update === other.update || (one.chat === other.chat && one.message === other.message))

/** The mail of one account on a disk of memory. */
export function openMemoryMailbox({ disk, account: name }: { readonly disk: MemoryDisk; readonly account: string }): Mailbox {
  const account = accountOn(disk, name)
  return {
    async receive(message) {
      if (account.messages.some(known => isSame(known.message, message))) return false
      account.messages.push({ message, outcome: null })
      return true
    },
    async waiting() {
      return account.messages.filter(({ outcome }) => outcome === null).map(({ message }) => message)
    },
    async done(message, outcome) {
      const { platform, bot, update } = message
      const found = account.messages.find(
        ({ message: known }) => known.platform === platform && known.bot === bot && known.update === update,
      )
      if (found !== undefined) found.outcome = outcome
    },
    async count({ platform, user }, wanted) {
      return account.messages.filter(({ message, outcome }) => message.platform === platform && message.user === user && outcome === wanted)
        .length
    },
    async unsent(target, limit) {
      const from = account.deliveries.get(keyOf(target)) ?? account.outbox.length
      account.deliveries.set(keyOf(target), from)
      return account.outbox.slice(from, from + limit).map((news, place) => ({ ...news, id: from + place + 1 }))
    },
    async sent(target, upTo) {
      account.deliveries.set(keyOf(target), upTo)
    },
  }
}
