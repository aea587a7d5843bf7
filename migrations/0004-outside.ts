import { type Kysely, sql } from 'kysely'

const books = (names: string) => sql`
alter table ledger drop constraint ledger_book_check,
  add constraint ledger_book_check check (book in (${sql.raw(names)}))`

/** The ledger's book for what was taken out of the account by other ways than ours. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await books(`'wallet', 'market', 'fees', 'dust', 'outside'`).execute(db)
}

/** Removes it. Refuses while there is something in it: rows of the ledger are never changed. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
do $$ begin
  if exists (select from ledger where book = 'outside') then
    raise exception 'the ledger says what was taken out of the account, which the version before cannot' using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$`.execute(db)
  await books(`'wallet', 'market', 'fees', 'dust'`).execute(db)
}
