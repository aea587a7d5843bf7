import { type Kysely, sql } from 'kysely'

/**
 * The log of rounds: what is written before an order leaves, and taken away by the transaction that writes the same into the tables. A row that
 * is found was cut off in between. There is at most one an account, so no index is kept; text stays in its page, and is not compressed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table rounds (account text not null, round text not null) with (toast_tuple_target = 8160)`.execute(db)
  await sql`alter table rounds alter column round set storage external`.execute(db)
}

/** Removes it. Refuses while it holds what is nowhere else: a start of this version writes that into the tables. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
do $$ begin
  if exists (select from rounds) then
    raise exception 'a round is not in the tables yet: start this version once more' using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$`.execute(db)
  await sql`drop table rounds`.execute(db)
}
