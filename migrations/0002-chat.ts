import { type Kysely, sql } from 'kysely'

/** Messages of people, and how far each chat has been sent the news. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
create table messages (
  id bigint generated always as identity primary key,
  account text not null,
  platform text not null,
  bot text not null,
  update_id text not null,
  chat text not null,
  message_id text not null,
  place text,
  user_id text not null,
  name text not null,
  text text not null,
  button boolean not null,
  sent_at timestamptz not null,
  received_at timestamptz not null default now(),
  outcome text,
  unique (platform, bot, update_id),
  unique (platform, bot, chat, message_id)
)`.execute(db)
  await sql`create index messages_waiting on messages (account, id) where outcome is null`.execute(db)
  await sql`create index messages_of_person on messages (account, platform, user_id)`.execute(db)
  await sql`
create table deliveries (
  account text not null,
  platform text not null,
  chat text not null,
  sent_up_to bigint not null,
  primary key (account, platform, chat)
)`.execute(db)
  await sql`create index outbox_in_order on outbox (account, id)`.execute(db)
}

/** Removes them with all that is in them. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index outbox_in_order`.execute(db)
  await sql`drop table messages, deliveries`.execute(db)
}
