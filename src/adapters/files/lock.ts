/** One process at a time on a file. */
import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const BUSY = 5

/**
 * Holds a file until it is given back; null: another does. SQLite is here for its lock alone: the kernel gives it back when the holder dies,
 * however it dies, and no reused pid can be mistaken for the holder. Nothing else may open the file beside it: closing that would drop the lock.
 */
export function hold(path: string): (() => void) | null {
  const file = `${path}.lock`
  for (;;) {
    closeSync(openSync(file, 'a'))
    const made = inodeOf(file)
    const held = new DatabaseSync(file)
    try {
      held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    } catch (error) {
      held.close()
      if ((error as { errcode?: number }).errcode === BUSY) return null
      throw error
    }
    // who held it before may have taken it away since it was opened: then this is a lock on nothing
    if (made !== null && inodeOf(file) === made)
      return () => {
        rmSync(file, { force: true })
        held.close()
      }
    held.close()
  }
}

const inodeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.ino ?? null
