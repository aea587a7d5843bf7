/** An output whose reader is gone, as behind `| head`. */

// What a shell says of a process that SIGPIPE ended, as it ends other tools: 128 and the number of the signal. Node.js ignores that signal.
const BROKEN_PIPE = 141

/**
 * From now on the process ends quietly once one of its outputs is read by nobody any more. What listens for SIGTERM is told as by that, and
 * closes what it has opened first.
 */
export function endWithItsReader(): void {
  let ending = false
  const broken = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
    if (ending) return
    ending = true
    process.once('exit', () => {
      process.exitCode = BROKEN_PIPE
    })
    if (!process.emit('SIGTERM')) process.exit(BROKEN_PIPE)
  }
  process.stdout.on('error', broken)
  process.stderr.on('error', broken)
}
