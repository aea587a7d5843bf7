/**
 * npm run facts -- --testnet: the fact cards against Binance's spot testnet, with keys of its own, and a transcript to send in.
 * Without --testnet it only lists the cards: each is unconfirmed until a transcript says otherwise.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { restClient, rowsOf, type Signer } from '../../support/simulator/rest.ts'
import { facts } from './all.ts'
import { Bench } from './bench.ts'
import { openBareWs } from './ws.ts'

const TESTNET = { rest: 'https://testnet.binance.vision', ws: 'wss://ws-api.testnet.binance.vision/ws-api/v3' }

const { values } = parseArgs({
  options: { testnet: { type: 'boolean' }, symbol: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What became of a card. */
interface Result {
  readonly id: string
  readonly statement: string
  readonly source: string
  readonly state: 'confirmed' | 'contradicted' | 'unconfirmed'
  readonly why: string
}

async function attempt(bench: Bench, hide: (text: string) => string): Promise<Result[]> {
  const results: Result[] = []
  for (const { id, statement, source, run } of facts.filter(fact => values.only === undefined || fact.id === values.only)) {
    await bench.clean()
    const why = await run(bench).then(
      () => '',
      (error: unknown) => hide(error instanceof Error ? error.message : String(error)),
    )
    const state = why === '' ? 'confirmed' : 'contradicted'
    results.push({ id, statement, source, state, why })
    say(`${state.padEnd(12)}  ${id}${why === '' ? '' : `: ${why.split('\n')[0]!}`}`)
  }
  await bench.clean()
  return results
}

async function main(): Promise<number> {
  if (values.testnet !== true) {
    for (const { id, statement, source } of facts) say(`unconfirmed  ${id}: ${statement} (${source})`)
    say(`${facts.length} cards. npm run facts -- --testnet tries them with BINANCE_TESTNET_API_KEY and BINANCE_TESTNET_SECRET_KEY.`)
    return 0
  }
  const { BINANCE_TESTNET_API_KEY: apiKey, BINANCE_TESTNET_SECRET_KEY: secret } = process.env
  if (apiKey === undefined || secret === undefined) {
    process.stderr.write('Set BINANCE_TESTNET_API_KEY and BINANCE_TESTNET_SECRET_KEY: an HMAC key of https://testnet.binance.vision.\n')
    return 2
  }
  const signer: Signer = { apiKey, secret }
  const hide = (text: string): string => text.replaceAll(apiKey, 'KEY').replaceAll(secret, 'SECRET')
  const rest = restClient(TESTNET.rest, signer)
  const symbol = values.symbol ?? 'BTCUSDT'
  const { body } = await rest.get('/api/v3/exchangeInfo', { symbol })
  const bench = new Bench(rest, rowsOf(body['symbols']!)[0]!, () => openBareWs(TESTNET.ws, signer))
  const results = await attempt(bench, hide)
  const path = values.out ?? `facts-${new Date().toISOString().slice(0, 10)}.json`
  writeFileSync(path, `${JSON.stringify({ where: TESTNET.rest, symbol, when: new Date().toISOString(), results }, null, 2)}\n`)
  const confirmed = results.filter(({ state }) => state === 'confirmed').length
  say(`${confirmed} of ${results.length} confirmed. The transcript is ${path}; no key is in it.`)
  return confirmed === results.length ? 0 : 1
}

process.exitCode = await main()
