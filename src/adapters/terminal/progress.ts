/** How far something is: one line that is written over on a terminal, a line now and then elsewhere. */

/** What is told about it. */
export interface Step {
  /** What it is about: "BTCUSDC 1h". */
  readonly what: string
  /** From 0 to 1. */
  readonly part: number
  /** Where it is: "2024-03-01 12:00 · 12,000 candles". */
  readonly text: string
}

/** Shows steps. */
export interface ProgressLine {
  step(step: Step): void
  /** A line that stays, above the one that moves. */
  line(text: string): void
  /** The line that moves is done with. */
  end(): void
}

/** What it writes to. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const WIDTH = 24
const LEAVE_MS = 100
const TENTH = 0.1
const CLEAR = '\r\u001B[K'

/** Shows how far something is on an output. `now`: milliseconds, for what is left. */
export function openProgress(output: ProgressOutput, now: () => number): ProgressLine {
  return output.isTTY === true ? movingLine(output, now) : linesNowAndThen(output)
}

function movingLine(output: ProgressOutput, now: () => number): ProgressLine {
  let shown = ''
  let shownAt = Number.NEGATIVE_INFINITY
  let what = ''
  let started = { at: 0, part: 0 }
  return {
    step(step) {
      if (step.what !== what) {
        what = step.what
        started = { at: now(), part: step.part }
      }
      // a terminal is slower than a network on this machine
      if (step.part < 1 && now() - shownAt < LEAVE_MS) return
      shownAt = now()
      const full = Math.round(step.part * WIDTH)
      const left = leftOf(step.part - started.part, 1 - step.part, now() - started.at)
      const text = `${what}  ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent(step.part)}  ${step.text}${left}`
      shown = text.slice(0, Math.max(20, (output.columns ?? 80) - 1))
      output.write(`${CLEAR}${shown}`)
    },
    line(text) {
      output.write(`${CLEAR}${text}\n${shown}`)
    },
    end() {
      if (shown !== '') output.write(CLEAR)
      shown = ''
      what = ''
    },
  }
}

function linesNowAndThen(output: ProgressOutput): ProgressLine {
  let what = ''
  let told = 0
  return {
    step(step) {
      if (step.what !== what) {
        what = step.what
        told = 0
      }
      if (step.part < told + TENTH) return
      told = Math.floor(step.part / TENTH) * TENTH
      output.write(`${what}  ${percent(step.part)}  ${step.text}\n`)
    },
    line: text => void output.write(`${text}\n`),
    end() {
      what = ''
    },
  }
}

const percent = (part: number): string => `${Math.floor(part * 100)} %`

// Reckoned from how it went so far; nothing before there is something to reckon from.
function leftOf(done: number, todo: number, milliseconds: number): string {
  if (done <= 0 || todo <= 0 || milliseconds < 1_000) return ''
  const seconds = Math.ceil((milliseconds / done) * todo) / 1_000
  return seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`
}
