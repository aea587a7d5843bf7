/** The options of `npm run facts`. */
import { parseArgs } from 'node:util'
import { type Target, targetOf, testnet } from './client/target.ts'

/** What `--help` prints. */
export const HELP = `npm run facts -- [options]: runs the fact cards against an exchange and says of each whether it agrees.

  (nothing)          a simulator of its own, in this process; no keys, no network
  --testnet          Binance's spot testnet, with the keys in BINANCE_API_KEY and BINANCE_SECRET_KEY
  --url ADDRESS      a simulator at http://127.0.0.1:PORT, with the keys in the same variables
  --symbol SYMBOL    what is traded (default: the first of BTCUSDT, BTCUSDC, BTCEUR, ETHUSDT, ETHEUR that is there)
  --card ID          only this card; may be given several times
  --out FILE         where the transcript goes (default with --testnet or --url: facts-transcript.jsonl; otherwise none)
  --list             names all cards and runs none
  --help             this

BINANCE_SECRET_KEY is an HMAC secret, or an Ed25519 or RSA private key as PEM. No other exchange is ever spoken to.`

/** Options as they were read. `target` null: the simulator in this process. */
export interface FactsOptions {
  readonly target: Target | null
  readonly symbol: string | null
  readonly cards: readonly string[]
  readonly out: string | null
  readonly list: boolean
  readonly help: boolean
}

const DEFAULT_OUT = 'facts-transcript.jsonl'

/** Reads them. Throws TypeError that says what is wrong, for an address that may not be spoken to, too. */
export function readFactsOptions(args: readonly string[]): FactsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      testnet: { type: 'boolean', default: false },
      url: { type: 'string' },
      symbol: { type: 'string' },
      card: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.testnet && values.url !== undefined) throw new TypeError('--testnet and --url: give one of them.')
  const target = values.testnet ? testnet : values.url === undefined ? null : targetOf(values.url)
  return {
    target,
    symbol: values.symbol ?? null,
    cards: values.card,
    out: values.out ?? (target === null ? null : DEFAULT_OUT),
    list: values.list,
    help: values.help,
  }
}
