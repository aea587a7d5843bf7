import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemoryMailbox } from '#adapters/memory/mailbox.ts'
import { newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { connect } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { openPostgresMailbox } from '#adapters/postgres/mailbox.ts'
import { migrateToLatest } from '#adapters/postgres/migrate.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import type { News } from '#domain/news.ts'
import type { Store } from '#ports/store.ts'
import { mailboxCases } from '../cases/mailbox.case.ts'
import { round } from '../cases/store.case.ts'

async function postIn(store: Store, news: readonly News[]): Promise<void> {
  await store.open()
  await store.commit(round({ outbox: news }))
  await store.close()
}

mailboxCases('memory', async () => {
  const disk = newMemoryDisk()
  return {
    open: async account => openMemoryMailbox({ disk, account }),
    post: (account, news) => postIn(openMemoryStore({ disk, account }), news),
    end: async () => {},
  }
})

mailboxCases('embedded PostgreSQL', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mailbox-'))
  chmodSync(root, 0o711)
  const server = await startEmbedded({ dataDir: join(root, 'data') })
  const database = await connect({ url: server.url })
  await migrateToLatest(database.db)
  return {
    open: async account => openPostgresMailbox(database, account),
    post: (account, news) => postIn(openPostgresStore({ database, account, demo: true }), news),
    async end() {
      await database.close()
      await server.stop()
      rmSync(root, { recursive: true, force: true, maxRetries: 10 })
    },
  }
})
