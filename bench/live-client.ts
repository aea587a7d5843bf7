/** One client of the bench of the live path, in a process of its own. What it is, and where, comes as JSON; it tells its CPU time when asked. */
import { openBareFloor, openConnector, openFloor } from './live-path/floors.ts'
import { openOurs } from './live-path/ours.ts'

/** Which clients there are. `bare`: nothing is written down. */
export type ClientKind = 'ours' | 'floor' | 'ours-bare' | 'floor-bare' | 'connector'

/** What a client is told. */
export interface ClientSetup {
  readonly kind: ClientKind
  readonly port: number
  readonly start: number
  readonly databaseUrl: string
}

/** What it tells when asked. */
export interface ClientFigures {
  /** CPU time of the process so far, in microseconds. */
  readonly cpu: number
  /** How many orders were proven to be committed first, and the least time from the commit to the first byte in microseconds. */
  readonly trace: { readonly samples?: number; readonly least?: number }
}

async function open(setup: ClientSetup): Promise<() => Promise<object>> {
  const none = async (): Promise<object> => ({})
  switch (setup.kind) {
    case 'ours':
      return openOurs(setup)
    case 'ours-bare':
      return openOurs({ ...setup, databaseUrl: null })
    case 'floor':
      return openFloor(setup).then(() => none)
    case 'floor-bare':
      return openBareFloor(setup).then(() => none)
    case 'connector':
      return openConnector(setup).then(() => none)
  }
}

const trace = await open(JSON.parse(process.argv[2] ?? '') as ClientSetup)
process.on('message', async () => {
  const proven = await trace()
  const { user, system } = process.cpuUsage()
  process.send!({ cpu: user + system, trace: proven } satisfies ClientFigures)
})
process.on('disconnect', () => process.exit())
process.send!('ready')
