import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EmbeddedServerError } from '../../src/adapters/postgres/embedded-error.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/adapters/postgres/embedded.ts'

const isRoot = process.getuid?.() === 0
const script = fileURLToPath(new URL('./fixtures/embedded-child.ts', import.meta.url))

let root: string
/** Made once by the first test and used by most: making a database takes most of the time. */
let dataDir: string
const children: ChildProcess[] = []

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'embedded-'))
  chmodSync(root, 0o711)
  dataDir = join(root, 'made', 'data')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  for (const pid of serversBelow(root)) process.kill(pid, 'SIGKILL')
  await until(() => serversBelow(root).length === 0)
  rmSync(root, { recursive: true, force: true, maxRetries: 10 })
})

describe('start and stop', () => {
  test('makes the folder, the server and the database, as the settings must be', async () => {
    await withServer(dataDir, async server => {
      expect(new URL(server.url).pathname).toBe('/trading')
      expect(await settings(server, ['server_encoding', 'listen_addresses', 'unix_socket_directories', 'fsync'])).toEqual([
        'UTF8',
        '127.0.0.1',
        '',
        'on',
      ])
      const [row] = await query(server, 'select datcollate from pg_database where datname = current_database()')
      expect(['C', 'C.UTF-8']).toContain(row?.datcollate)
      await query(server, 'create table kept (id int)')
      await query(server, 'insert into kept values (1)')
    })
  })

  test('a second start has the rows, the port and the password', async () => {
    const before = access()
    await withServer(dataDir, async server => {
      expect(await query(server, 'select id from kept')).toEqual([{ id: 1 }])
      expect(server.port).toBe(before.port)
    })
    expect(access()).toEqual(before)
    expect(statSync(join(dataDir, 'access.json')).mode & 0o777).toBe(0o600)
  })

  test('stop leaves no process, and may be called twice', async () => {
    const server = await startEmbedded({ dataDir })
    expect(serversBelow(dataDir)).toHaveLength(1)
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(serversBelow(dataDir)).toHaveLength(0)
  })

  test('a wrong password is refused', async () => {
    await withServer(dataDir, async server => {
      const url = new URL(server.url)
      url.password = 'wrong'
      await expect(new Client(url.href).connect()).rejects.toMatchObject({ code: '28P01' })
    })
  })

  test('another process on the stored port: a new port is taken and stored', async () => {
    const { createServer } = await import('node:net')
    const before = access().port
    await using squatter = createServer()
    squatter.listen(before, '127.0.0.1')
    await once(squatter, 'listening')
    await withServer(dataDir, async server => expect(server.port).not.toBe(before))
    expect(access().port).not.toBe(before)
  })

  test('a process that ends without stopping it takes it along', async () => {
    const { child, lines } = run('leave')
    expect((await lines.next()).value).toBe('started')
    expect(await ended(child)).toBe(0)
    await until(() => serversBelow(dataDir).length === 0)
  })
})

describe('one process per folder', () => {
  test('the second is told the folder, the holder and the mend; the first goes on', async () => {
    await withServer(dataDir, async server => {
      const refusal = `refused The data folder ${dataDir} is in use by process ${process.pid}.`
      // Twice, with one of our own between: opening the lock in the holder must not drop it.
      expect((await run('start').lines.next()).value).toBe(refusal)
      await expect(startEmbedded({ dataDir })).rejects.toThrow(`in use by this very process, ${process.pid}`)
      expect((await run('start').lines.next()).value).toBe(refusal)
      await expect(startEmbedded({ dataDir })).rejects.toThrow(`mend: stop that process (kill ${process.pid})`)
      expect(await query(server, 'select id from kept')).toEqual([{ id: 1 }])
    })
  })

  test('the pid of a dead holder in the hands of another process is not in the way', async () => {
    writeFileSync(join(dataDir, 'holder.pid'), `${process.ppid}\n`)
    await withServer(dataDir, async server => expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]))
  })

  test('nor is the pid of a dead server', async () => {
    const owner = statSync(join(dataDir, 'cluster'))
    // Of the same user, or the server would see through it by itself.
    const stranger = spawn('sleep', ['60'], isRoot ? { uid: owner.uid, gid: owner.gid } : {})
    children.push(stranger)
    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), `${stranger.pid}\n${dataDir}/cluster\n1\n1\n\n127.0.0.1\n1 1\nready\n`)
    await withServer(dataDir, async server => expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]))
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  })
})

describe('kill -9', () => {
  test('every acknowledged row is there after the next start, and no half transaction, five times', async () => {
    const acknowledged: string[] = []
    for (let round = 0; round < 5; round += 1) {
      const { child, lines } = run('write')
      expect((await lines.next()).value).toBe('started')
      const enough = acknowledged.length + 100 + round * 37
      for await (const line of lines) {
        acknowledged.push(line.replace('wrote ', ''))
        // What it still says after the kill was acknowledged to it as well, so the loop goes on to the end.
        if (acknowledged.length === enough) child.kill('SIGKILL')
      }
      expect(serversBelow(dataDir), 'the orphan lives').toHaveLength(1)
      await withServer(dataDir, async server => {
        await query(server, "insert into acknowledged values ('halfway')")
        await query(server, "delete from acknowledged where id = 'halfway'")
        const rows = new Set((await query(server, 'select id from acknowledged')).map(row => row.id))
        expect(acknowledged.filter(id => !rows.has(id))).toEqual([])
      })
    }
    expect(acknowledged.length).toBeGreaterThan(500)
  })

  test('of the server as well: the next start recovers', async () => {
    const { child, lines } = run('write')
    await lines.next()
    const written = ((await lines.next()).value as string).replace('wrote ', '')
    for (const pid of serversBelow(dataDir)) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await ended(child)
    await withServer(dataDir, async server => {
      expect(await query(server, `select id from acknowledged where id = '${written}'`)).toHaveLength(1)
    })
  })

  test('during the making of the database: it is made anew', async () => {
    const fresh = join(root, 'cut-short')
    const { child } = run('start', fresh)
    await until(() => existsSync(fresh) && readdirSync(fresh).some(name => isBegun(join(fresh, name))))
    child.kill('SIGKILL')
    await ended(child)
    expect(existsSync(join(fresh, 'cluster'))).toBe(false)
    mkdirSync(join(fresh, 'cluster.new-older', 'base'), { recursive: true })
    await withServer(fresh, async server => expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]))
    expect(readdirSync(fresh).toSorted()).toEqual(['access.json', 'cluster', 'holder.lock', 'holder.pid'])
  })
})

describe('what it cannot do, it says', () => {
  test.runIf(isRoot)('a folder that is closed to the server is passed by a right that root lends it, and stays closed', async () => {
    const closed = join(root, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    await withServer(join(closed, 'data'), async server => expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]))
    expect(statSync(closed).mode & 0o777).toBe(0o700)
  })

  test.runIf(isRoot)('without the program that lends it, the closed folder is named', async () => {
    const closed = join(root, 'closed-too')
    mkdirSync(closed, { mode: 0o700 })
    const { PATH } = process.env
    // a PATH with what the start needs, but without setpriv
    const bin = join(root, 'bin')
    mkdirSync(bin)
    for (const name of ['id', 'test']) symlinkSync(execFileSync('which', [name]).toString().trim(), join(bin, name))
    process.env['PATH'] = bin
    try {
      await expect(startEmbedded({ dataDir: join(closed, 'data') })).rejects.toThrow(`mend: chmod o+x ${closed}`)
    } finally {
      process.env['PATH'] = PATH
    }
  })

  test.runIf(isRoot)('a backup that root put back belongs to root: it is given to the server again', async () => {
    const copy = join(root, 'copy')
    cpSync(dataDir, copy, { recursive: true, filter: path => !path.includes('holder') })
    execFileSync('chown', ['-R', '0:0', copy])
    await withServer(copy, async server => expect(await query(server, 'select id from kept')).toEqual([{ id: 1 }]))
  })

  test('a folder that cannot be made, since a file stands on its way', async () => {
    const file = join(root, 'a-file')
    writeFileSync(file, '')
    const starting = startEmbedded({ dataDir: join(file, 'data') })
    await expect(starting).rejects.toBeInstanceOf(EmbeddedServerError)
    await expect(starting).rejects.toThrow(/The data folder .*a-file\/data cannot be used: ENOTDIR.*\n.*\n {2}mend: mend DATA_DIR/)
  })

  // where Node's own way of making folders on the way never ends
  test.runIf(existsSync('/proc/self'))('a folder that cannot be made, since nobody makes any there', async () => {
    await expect(startEmbedded({ dataDir: '/proc/nobody/data' })).rejects.toThrow(
      /The data folder \/proc\/nobody\/data cannot be used: ENOENT/,
    )
  })

  test('a lost password, a wrong password, another version; without a word of the secret', async () => {
    const file = join(dataDir, 'access.json')
    const version = join(dataDir, 'cluster', 'PG_VERSION')
    const [secret, number] = [readFileSync(file, 'utf8'), readFileSync(version, 'utf8')]
    writeFileSync(file, secret.slice(0, -10))
    const lost = await startEmbedded({ dataDir }).catch((error: Error) => error)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(secret), password: 'guessed' }))
    const wrong = await startEmbedded({ dataDir }).catch((error: Error) => error)
    writeFileSync(file, secret)
    writeFileSync(version, '17\n')
    const old = await startEmbedded({ dataDir }).catch((error: Error) => error)
    writeFileSync(version, number)

    expect(String(lost)).toContain(`${file} is missing or unreadable`)
    expect(String(wrong)).toContain(`The password in ${file} is not that of the database`)
    expect(String(old)).toContain('was written by PostgreSQL 17')
    for (const error of [lost, wrong, old]) expect(String(error)).not.toMatch(new RegExp(`guessed|${JSON.parse(secret).password}`))
    expect(serversBelow(dataDir)).toHaveLength(0)
  })
})

async function withServer(folder: string, use: (server: EmbeddedServer) => Promise<void>): Promise<void> {
  const server = await startEmbedded({ dataDir: folder })
  try {
    await use(server)
  } finally {
    await server.stop()
  }
}

async function query(server: EmbeddedServer, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url, statement_timeout: 5_000 })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const settings = (server: EmbeddedServer, names: string[]): Promise<string[]> =>
  Promise.all(names.map(async name => Object.values((await query(server, `show ${name}`))[0] as object)[0] as string))

const access = (): { port: number; password: string } => JSON.parse(readFileSync(join(dataDir, 'access.json'), 'utf8'))

function run(what: 'start' | 'leave' | 'write', folder = dataDir) {
  const child = spawn(process.execPath, [script, folder, what], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Postmasters whose data lies below a folder; their children show another command line. */
function serversBelow(folder: string): number[] {
  return execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter(line => line.includes(`postgres -D ${folder}`) && !/^ *\d+ Z/.test(line))
    .map(line => Number.parseInt(line, 10))
}

/** initdb is at work there. */
const isBegun = (path: string): boolean =>
  path.includes('cluster.new-') && ['C', 'C.UTF-8'].some(name => existsSync(join(path, name, 'PG_VERSION')))

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${holds}`)
    await delay(10)
  }
}
