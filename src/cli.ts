/** The door for people at a terminal: `node src/cli.ts demo | backtest | candles | simulator | doctor | sql | health`. */
import { existsSync } from 'node:fs'
import { systemClock } from '#adapters/system/clock.ts'
import { EmbeddedServerError } from '#adapters/postgres/embedded-error.ts'
import { Fault } from '#domain/fault.ts'
import { endWithItsReader } from './cli/closed-output.ts'
import { ConfigError, readConfig } from './config.ts'

const out = (line: string): void => void process.stdout.write(`${line}\n`)
const err = (line: string): void => void process.stderr.write(`${line}\n`)

async function run(name: string | undefined, args: readonly string[]): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const { env } = process
  // each is loaded when it is asked for: Docker asks for health all day, and that needs neither a database nor a chat
  switch (name) {
    case 'backtest':
      return (await import('./cli/backtest.ts')).backtestMain(args, { out, err, now: () => performance.now(), env })
    case 'candles':
      return (await import('./cli/candles.ts')).candlesMain(args, { output: process.stdout, env, clock: systemClock })
    case 'demo':
      return (await import('./cli/demo.ts')).demoMain(args, readConfig(env), env)
    case 'doctor':
      takesNothing(name, args)
      return (await import('./cli/doctor.ts')).doctorMain(readConfig(env), env, out)
    case 'simulator':
      return (await import('./cli/simulator.ts')).simulatorMain(args, out)
    case 'sql':
      return (await import('./cli/sql.ts')).sqlMain(args, readConfig(env), out)
    case 'health':
      takesNothing(name, args)
      return (await import('./cli/health.ts')).healthMain(readConfig(env), err)
    default:
      err(`"${name ?? ''}" is not known. There are: demo, backtest, candles, simulator, doctor, sql, health. For example: npm run demo`)
      return 2
  }
}

function takesNothing(name: string, [first]: readonly string[]): void {
  if (first !== undefined)
    throw new Fault('misconfigured', `${name}: it takes no options, but "${first}" was given. Usage: node src/cli.ts ${name}`)
}

endWithItsReader()
const [name, ...args] = process.argv.slice(2)
try {
  process.exitCode = await run(name, args)
} catch (error) {
  // what a person can mend is said in words; anything else is a bug and shows where
  if (!(error instanceof Fault || error instanceof ConfigError || error instanceof EmbeddedServerError)) throw error
  err(error.message)
  process.exitCode = 2
}
