/** The mail of an account in PostgreSQL. */
import { sql } from 'kysely'
import type { NewsKind } from '#domain/news.ts'
import type { Time } from '#domain/time.ts'
import type { Mailbox } from '#ports/mailbox.ts'
import type { Incoming, Platform, Target } from '#ports/messenger.ts'
import type { Database } from './connect.ts'
import { faultOf } from './faults.ts'

/** Opens the mail of an account: messages in, news out. Throws a Fault where the database fails. */
export function openPostgresMailbox({ db }: Pick<Database, 'db'>, account: string): Mailbox {
  const doing = <A>(what: string, answer: Promise<A>): Promise<A> => answer.catch(error => Promise.reject(faultOf(error, what)))
  return {
    async receive(message) {
      const row = {
        account,
        platform: message.platform,
        bot: message.bot,
        update_id: message.update,
        chat: message.chat,
        message_id: message.message,
        place: message.place,
        user_id: message.user,
        name: message.name,
        text: message.text,
        button: message.button,
        sent_at: new Date(message.sentAt).toISOString(),
      }
      const { numInsertedOrUpdatedRows: added } = await doing(
        'writing a message down',
        db
          .insertInto('messages')
          .values(row)
          .onConflict(on => on.doNothing())
          .executeTakeFirst(),
      )
      return added === 1n
    },
    async waiting() {
      const rows = await doing(
        'reading messages',
        db.selectFrom('messages').selectAll().where('account', '=', account).where('outcome', 'is', null).orderBy('id').execute(),
      )
      return rows.map(
        (row): Incoming => ({
          platform: row.platform as Platform,
          bot: row.bot,
          update: row.update_id,
          message: row.message_id,
          chat: row.chat,
          place: row.place,
          user: row.user_id,
          name: row.name,
          text: row.text,
          button: row.button,
          sentAt: row.sent_at.getTime() as Time,
        }),
      )
    },
    async done({ platform, bot, update }, outcome) {
      const of = db.updateTable('messages').set({ outcome }).where('platform', '=', platform).where('bot', '=', bot)
      await doing('writing an outcome down', of.where('update_id', '=', update).execute())
    },
    async count({ platform, user }, outcome) {
      const { count } = await doing(
        'counting messages',
        db
          .selectFrom('messages')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('account', '=', account)
          .where('platform', '=', platform)
          .where('user_id', '=', user)
          .where('outcome', '=', outcome)
          .executeTakeFirstOrThrow(),
      )
      return count
    },
    async unsent(target, limit) {
      const upTo = await doing('reading how far a chat is', markOf(db, account, target))
      const rows = await doing(
        'reading news',
        db.selectFrom('outbox').selectAll().where('account', '=', account).where('id', '>', upTo).orderBy('id').limit(limit).execute(),
      )
      return rows.map(({ id, kind, text, time }) => ({ id, kind: kind as NewsKind, text, time: time.getTime() as Time }))
    },
    async sent({ platform, chat }, upTo) {
      await doing(
        'writing down how far a chat is',
        db
          .updateTable('deliveries')
          .set({ sent_up_to: upTo })
          .where('account', '=', account)
          .where('platform', '=', platform)
          .where('chat', '=', chat)
          .execute(),
      )
    },
  }
}

async function markOf(db: Database['db'], account: string, { platform, chat }: Target): Promise<number> {
  const known = await db
    .selectFrom('deliveries')
    .select('sent_up_to')
    .where('account', '=', account)
    .where('platform', '=', platform)
    .where('chat', '=', chat)
    .executeTakeFirst()
  if (known !== undefined) return known.sent_up_to
  const { rows } = await sql<{ sent_up_to: number }>`
    insert into deliveries (account, platform, chat, sent_up_to)
    select ${account}, ${platform}, ${chat}, coalesce(max(id), 0) from outbox where account = ${account}
    on conflict (account, platform, chat) do update set sent_up_to = deliveries.sent_up_to
    returning sent_up_to`.execute(db)
  return rows[0]!.sent_up_to
}
