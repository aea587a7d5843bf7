/** What PostgreSQL's errors mean for us. They name no password; their text may be shown. */
import { Fault, type FaultKind } from '#domain/fault.ts'

/** Codes of PostgreSQL (its appendix A), by their first two signs. */
const byClass: { readonly [code: string]: readonly [FaultKind, string] } = {
  '08': ['retry', 'The connection broke'],
  '22': ['refused', 'A value does not fit'],
  '23': ['refused', 'It contradicts what is written down'],
  '25': ['retry', 'The transaction had failed before'],
  '28': ['misconfigured', 'The user or the password is not accepted: mend DATABASE_URL, or PGUSER and PGPASSWORD'],
  '3D': ['misconfigured', 'There is no such database: make it (createdb), or mend DATABASE_URL or PGDATABASE'],
  '40': ['retry', 'It met another transaction'],
  '42': [
    'misconfigured',
    'The tables are not those of this version, or not allowed to this user: start once with the migrations, or mend the rights',
  ],
  '53': ['retry', 'The server has no room left: look at its disk, memory and max_connections'],
  '55': ['retry', 'Something is locked'],
  '57': ['retry', 'The server is stopping or starting'],
}

interface DatabaseError extends Error {
  readonly code?: string
  readonly detail?: string
}

/** The fault that an error of PostgreSQL or of its connection is; faults stay what they are. `doing` begins the message: "writing a round". */
export function faultOf(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error
  const { message, code = '', detail } = error as DatabaseError
  const [kind, meaning] = (/^[0-9A-Z]{5}$/.test(code) ? byClass[code.slice(0, 2)] : (['retry', 'The connection broke'] as const)) ?? [
    'refused',
    'It was refused',
  ]
  const said = [message || code, detail].filter(part => part !== undefined && part !== '').join(' ')
  return new Fault(kind, `PostgreSQL, ${doing}: ${said}. ${meaning}.`, { cause: error })
}

/** True where the connection ended without PostgreSQL's saying what became of a statement. */
export const isLost = (error: unknown): boolean => {
  if (error instanceof Fault) return false
  const { code } = error as DatabaseError
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('08')
}
