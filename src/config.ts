/** The settings: read from the environment, checked at once, and wrong ones told with the rule and the mend. */
import { z } from 'zod'
import { newsKinds, readVolumes } from '#domain/news.ts'
import { isTimeframe, timeframes, type Timeframe } from '#domain/time.ts'

/** What one setting is: its check, an example for `.env.example`, and what it means. */
export interface Setting {
  readonly schema: z.ZodType
  readonly example: string
  readonly about: string
  readonly secret?: true
}

// A number of the form 20%, or NaN.
const percentOf = (text: string): number => (/^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN)

const withinAll = (text: string): boolean => percentOf(text) > 0 && percentOf(text) <= 100

// A percentage as a share, or null for off.
const shareOrOff = (example: string, fits: (percent: number) => boolean, range: string) =>
  z.string().transform((text, context) => {
    if (text === 'off') return null
    const percent = percentOf(text)
    if (fits(percent)) return percent / 100
    context.addIssue(`${Number.isNaN(percent) ? `a percentage is needed, such as ${example}` : `${range} is needed`}, or off`)
    return z.NEVER
  })
const upToAll = shareOrOff('20%', percent => percent > 0 && percent <= 100, 'more than 0% and at most 100%')
const distance = shareOrOff('5%', percent => percent > 0 && percent < 100, 'more than 0% and less than 100%')
const fee = z
  .string()
  .refine(text => percentOf(text) <= 5, 'a percentage from 0% to 5% is needed, such as 0.1%')
  .transform(text => percentOf(text) / 100)
// a database has room for so many digits
const capital = z
  .string()
  .refine(text => /^\d{1,15}(\.\d{1,8})?$/.test(text) && Number(text) > 0, 'a plain number above 0 is needed, such as 10000')
const PORT = 'a whole number from 1 to 65535 is needed'
const port = z.coerce.number(PORT).int(PORT).min(1, PORT).max(65535, PORT)
const host = (variable: string) =>
  z.string().regex(/^(?!.*:\/\/)(?:[^:]+|.*:.*:.*|\/.*)$/, `a host alone is needed, such as localhost; the port is ${variable}`)
const BASIS_POINTS = 'basis points from 0 to 1000 are needed, such as 5'
const names = z
  .string()
  .transform(text => {
    const named = text.split(',').map(name => name.trim().toUpperCase())
    // one that is named twice would be traded twice
    return [...new Set(named.filter(name => name !== ''))]
  })
  .refine(list => list.length > 0, 'at least one symbol is needed, such as BTCEUR')
const flag = z
  .enum(['yes', 'no'], 'yes or no is needed')
  .default('no')
  .transform(text => text === 'yes')
const timeframe = z.string().refine(isTimeframe, `one of ${timeframes.join(', ')} is needed`) as unknown as z.ZodType<Timeframe>
const AMOUNT = /^(\d+(?:\.\d+)?)(?: ([A-Za-z]{2,10}))?$/
const quantities = z.string().refine(
  text =>
    text.split(',').every(part => {
      const colon = part.indexOf(':')
      const amount = AMOUNT.exec(part.slice(colon + 1).trim())
      // of several each names its symbol: "1,5" is no list
      return amount !== null && Number(amount[1]) > 0 && (colon > 0 || !text.includes(','))
    }),
  'write 0.00017, or 50 EUR, or one a symbol: BTCEUR:0.001,ETHEUR:50 EUR',
)

const ids = (what: string, pattern: RegExp, example: string) =>
  z
    .string()
    .default('')
    .transform(text =>
      text
        .split(',')
        .map(id => id.trim())
        .filter(id => id !== ''),
    )
    .refine(list => list.every(id => pattern.test(id)), `numeric ids of ${what} are needed, such as ${example}: /whoami tells them`)
const people = ids('people', /^\d{1,20}$/, '123456789')
const volumesSetting = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return readVolumes(text)
    } catch (error) {
      context.addIssue((error as Error).message)
      return z.NEVER
    }
  })

/** All settings by the name of their variable. */
export const settings = {
  TRADING_MODE: {
    schema: z.enum(['demo', 'live'], 'demo or live is needed').default('demo'),
    example: 'demo',
    about: 'demo trades on paper, live with real money',
  },
  SYMBOLS: { schema: names.optional(), example: 'BTCEUR,ETHEUR,ADAEUR,XRPEUR', about: 'symbols to trade; SYMBOL names a single one' },
  SYMBOL: { schema: names.optional(), example: '', about: 'a single symbol, where SYMBOLS is not set' },
  INTERVAL: { schema: timeframe.default('4h'), example: '4h', about: 'timeframe of strategies that have none of their own' },
  STRATEGIES: {
    schema: z.string().default(''),
    example: '',
    about: 'which strategy runs where: rsi:BTCEUR@4h,ema-cross:BTCEUR+ETHEUR; empty: each on all symbols',
  },
  TRADE_SIZE: {
    schema: z
      .string()
      .regex(/^(risk )?\d+(\.\d+)?%$/, 'write 3% of equity, or "risk 1%" to lose at most that at the stop')
      .refine(text => withinAll(text.replace('risk ', '')), 'more than 0% and at most 100% is needed')
      .default('3%'),
    example: '3%',
    about: 'size of an entry: a share of equity, or "risk 1%" by the distance to the stop',
  },
  TRADE_QUANTITY: {
    schema: quantities.optional(),
    example: '',
    about: 'fixed size instead: 0.00017, or 50 EUR, or BTCEUR:0.001,ETHEUR:50 EUR',
  },
  EXPOSURE_PER_SYMBOL: { schema: upToAll.default(0.2), example: '20%', about: 'most of equity in one symbol, or off' },
  EXPOSURE_PER_ASSET: { schema: upToAll.default(0.2), example: '20%', about: 'most of equity in one asset, or off' },
  ALLOCATIONS: {
    schema: z
      .string()
      .regex(/^$|^[a-z0-9-]+:\d+(\.\d+)?%(,[a-z0-9-]+:\d+(\.\d+)?%)*$/, 'write rotation:40%')
      .refine(
        text => text === '' || text.split(',').every(part => withinAll(part.split(':')[1]!)),
        'at most 100% is needed, and more than 0%',
      )
      .default(''),
    example: 'rotation:40%',
    about: 'share of equity of strategies with an allocation of their own',
  },
  DEFAULT_STOP: { schema: distance.default(0.05), example: '5%', about: 'stop of an entry by hand that names none, or off' },
  DEMO_CAPITAL: {
    schema: capital.default('10000'),
    example: '10000',
    about: 'what the demo starts with, in the quote asset',
  },
  TAKER_FEE: { schema: fee.default(0.001), example: '0.1%', about: 'fee of orders that take' },
  MAKER_FEE: { schema: fee.default(0.001), example: '0.1%', about: 'fee of orders that rest' },
  SLIPPAGE_BP: {
    schema: z.coerce.number(BASIS_POINTS).min(0, BASIS_POINTS).max(1000, BASIS_POINTS).optional(),
    example: '',
    about: 'half-spread and slippage on paper in basis points; empty: 5 for BTC and ETH, 15 for others',
  },
  DATA_DIR: {
    schema: z.string().min(1).default('.roottrading'),
    example: '.roottrading',
    about: 'folder of the embedded PostgreSQL and caches',
  },
  DATABASE_URL: {
    schema: z.url('a URL is needed, such as postgres://user:password@host:5432/trading').optional(),
    example: '',
    about: 'a PostgreSQL of your own; empty: the embedded one',
    secret: true,
  },
  PGHOST: { schema: host('PGPORT').optional(), example: '', about: 'or by its parts' },
  PGPORT: { schema: port.default(5432), example: '5432', about: '' },
  PGUSER: { schema: z.string().default('postgres'), example: 'postgres', about: '' },
  PGPASSWORD: { schema: z.string().optional(), example: '', about: '', secret: true },
  PGDATABASE: { schema: z.string().default('trading'), example: 'trading', about: '' },
  REDIS_HOST: {
    schema: host('REDIS_PORT').optional(),
    example: '',
    about: 'a Redis on which other programs are told candles, signals and balances; empty: none, and none is needed',
  },
  REDIS_PORT: { schema: port.default(6379), example: '6379', about: '' },
  REDIS_PASSWORD: { schema: z.string().optional(), example: '', about: 'where it wants one', secret: true },
  MARKET: {
    schema: z.enum(['binance', 'replay'], 'binance or replay is needed').default('binance'),
    example: 'binance',
    about: 'where the candles of the service come from in demo: the live market, or the bundled recordings',
  },
  BINANCE_SITE: {
    schema: z
      .string()
      .refine(
        text => /^(binance|testnet|demo)$/.test(text) || (/^https?:\/\/[\w.[\]:-]+\/?$/.test(text) && URL.canParse(text)),
        'binance, testnet, demo, or the address of a simulator is needed',
      )
      .default('binance'),
    example: 'binance',
    about: 'which Binance: binance, testnet, demo (its demo mode), or a simulator such as http://127.0.0.1:9500',
  },
  BINANCE_API_KEY: { schema: z.string().optional(), example: '', about: 'key of your account, for live', secret: true },
  BINANCE_SECRET_KEY: { schema: z.string().optional(), example: '', about: 'its secret (HMAC)', secret: true },
  BINANCE_PRIVATE_KEY_FILE: {
    schema: z.string().optional(),
    example: '',
    about: 'or the file of an Ed25519 private key (PEM, readable by you alone), as Binance recommends',
  },
  ALLOCATED_CAPITAL: {
    schema: capital.optional(),
    example: '',
    about: 'the most of the quote asset that a live account may use; empty: all that is free at its first start',
  },
  LIVE_CONFIRMATION: {
    schema: z.string().default(''),
    example: '',
    about: 'live starts only with the sentence: I trade with real money',
  },
  LIVE_WITHOUT_IP_RESTRICTION: {
    schema: flag,
    example: 'no',
    about: 'yes: live starts with a key that is not restricted to IP addresses',
  },
  LIVE_ORDERS_OUTSIDE: {
    schema: flag,
    example: 'no',
    about: 'yes: live sends orders to other machines than this one; its protection is not proven on Binance yet',
  },
  TELEGRAM_TOKEN: {
    schema: z
      .string()
      .regex(/^\d+:[\w-]{20,}$/, 'a token of @BotFather is needed, such as 123456789:AA…')
      .optional(),
    example: '',
    about: 'token of your Telegram bot, from @BotFather',
    secret: true,
  },
  TELEGRAM_ADMINS: { schema: people, example: '', about: 'who may do everything, by numeric id (/whoami tells it); empty: nobody' },
  TELEGRAM_TRADERS: { schema: people, example: '', about: 'who may trade' },
  TELEGRAM_VIEWERS: { schema: people, example: '', about: 'who may look' },
  TELEGRAM_CHATS: {
    schema: ids('groups', /^-?\d{1,20}$/, '-1001234567890'),
    example: '',
    about: 'groups in which the bot answers listed people, and to which news go',
  },
  TELEGRAM_API_URL: {
    schema: z.url('a URL is needed, such as http://127.0.0.1:8081').default('https://api.telegram.org'),
    example: 'https://api.telegram.org',
    about: 'or a Bot API server of your own',
  },
  DISCORD_TOKEN: {
    schema: z
      .string()
      .regex(/^\S{20,}$/, 'a bot token of the Discord developer portal is needed')
      .optional(),
    example: '',
    about: 'token of your Discord bot',
    secret: true,
  },
  DISCORD_ADMINS: { schema: people, example: '', about: 'who may do everything, by numeric id (/whoami tells it); empty: nobody' },
  DISCORD_TRADERS: { schema: people, example: '', about: 'who may trade' },
  DISCORD_VIEWERS: { schema: people, example: '', about: 'who may look' },
  DISCORD_GUILDS: {
    schema: ids('guilds', /^\d{1,20}$/, '123456789012345678'),
    example: '',
    about: 'guilds in which the bot answers listed people',
  },
  DISCORD_CHANNELS: { schema: ids('channels', /^\d{1,20}$/, '123456789012345678'), example: '', about: 'channels to which news go' },
  DISCORD_API_URL: {
    schema: z.url('a URL is needed').default('https://discord.com/api'),
    example: 'https://discord.com/api',
    about: '',
  },
  ALERTS: {
    schema: volumesSetting,
    example: 'signal:silent,order:off,fill:loud',
    about: `how loud news are (loud, silent, off) by kind: ${newsKinds.join(', ')}; /alerts changes it`,
  },
  LOG_LEVEL: {
    schema: z
      .string()
      .default('INFO')
      .transform(text => ({ warning: 'warn', critical: 'fatal' })[text.toLowerCase()] ?? text.toLowerCase())
      .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'one of DEBUG, INFO, WARNING, ERROR is needed')),
    example: 'INFO',
    about: 'DEBUG, INFO, WARNING or ERROR',
  },
} as const satisfies Record<string, Setting>

type Settings = typeof settings
/** The settings as they are used. */
export type Config = { readonly [Name in keyof Settings]: z.output<Settings[Name]['schema']> }

/** Wrong settings: one line each, with the rule and the mend, and never a secret's value. */
export class ConfigError extends Error {}

/** Reads the settings from an environment. Empty counts as unset. Throws ConfigError naming everything that is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const wrong: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings) as [string, Setting][]) {
    const text = env[name]
    const result = setting.schema.safeParse(text === undefined || text.trim() === '' ? undefined : text.trim())
    if (result.success) config[name] = result.data
    else {
      const shown = setting.secret === true ? '(not shown)' : `"${text}"`
      wrong.push(`${name}=${shown}: ${result.error.issues.map(({ message }) => message).join('; ')}.`)
    }
  }
  if (wrong.length > 0) throw new ConfigError(['The settings are wrong. Mend them in .env or the environment:', ...wrong].join('\n'))
  return config as Config
}

/** The values that must never be shown: passwords and keys, and the password inside DATABASE_URL. */
export function secretsOf(config: Config): string[] {
  const secrets: string[] = []
  for (const [name, setting] of Object.entries(settings) as [keyof Config, Setting][]) {
    const value = config[name]
    if (setting.secret !== true || typeof value !== 'string') continue
    secrets.push(value)
    if (URL.canParse(value)) secrets.push(decodeURIComponent(new URL(value).password))
  }
  return secrets.filter(secret => secret !== '')
}
