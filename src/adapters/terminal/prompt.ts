import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import { harmless } from './paint.ts'

/** What a prompt is made of. */
export interface PromptSetup {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean; unref?(): void }
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Command names and symbols, for completion. */
  readonly names: readonly string[]
  readonly symbols: readonly string[]
  /** Answers a line, as text to be printed. */
  answer(line: string): Promise<string>
  /** Ctrl-C or Ctrl-D on a terminal. */
  onQuit(): void
}

/** A place to type commands while lines are printed above it. */
export interface Prompt {
  /** Prints above what is being typed. */
  print(text: string): void
  /** Takes no more lines; resolves when those that came are answered. */
  close(): Promise<void>
}

/** What a line may go on with: a command's name, then symbols. As readline wants it. */
export function complete(line: string, names: readonly string[], symbols: readonly string[]): [string[], string] {
  const last = /\S*$/.exec(line)?.[0] ?? ''
  const first = line.trimStart() === last
  const slash = first && last.startsWith('/') ? '/' : ''
  const typed = last.slice(slash.length)
  const known = first ? names : symbols
  const found = known.filter(name => name.toLowerCase().startsWith(typed.toLowerCase()))
  return [found.map(name => `${slash}${name}${found.length === 1 ? ' ' : ''}`), last]
}

/**
 * Takes commands: on a terminal by a prompt that keeps what is being typed, else line by line from what is piped in, without ever
 * waiting for it. A terminal is not read when the output goes elsewhere: a job in the background would be stopped by that.
 */
export function openPrompt(setup: PromptSetup): Prompt {
  const { input, output } = setup
  const interactive = input.isTTY === true && output.isTTY === true
  if (interactive) return onTerminal(setup)
  const print = (text: string): void => void output.write(`${text}\n`)
  if (input.isTTY === true) return { print, close: async () => {} }
  const lines = createInterface({ input, terminal: false })
  const answers = inTurn(setup, print)
  lines.on('line', answers.take)
  input.on('error', () => lines.close())
  input.unref?.()
  return {
    print,
    close() {
      lines.close()
      return answers.idle()
    },
  }
}

// Lines are answered one after the other, in the order in which they came.
function inTurn({ answer }: PromptSetup, print: (text: string) => void): { take(line: string): void; idle(): Promise<void> } {
  let last = Promise.resolve()
  return {
    take(line) {
      if (line.trim() === '') return
      last = last.then(async () => print(await answer(line))).catch((error: unknown) => print(`That failed: ${messageOf(error)}`))
    },
    idle: () => last,
  }
}

const messageOf = (error: unknown): string => harmless(error instanceof Error ? error.message : String(error))

function onTerminal(setup: PromptSetup): Prompt {
  const { input, output, names, symbols, onQuit } = setup
  const lines = createInterface({
    input,
    output,
    prompt: 'rt> ',
    historySize: 500,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, names, symbols),
  })
  let open = true
  const print = (text: string): void => {
    if (open) printAbove(lines, output, text)
    else output.write(`${text}\n`)
  }
  const answers = inTurn(setup, print)
  lines.on('line', line => {
    answers.take(line)
    if (open) lines.prompt()
  })
  lines.on('SIGINT', onQuit)
  lines.on('close', () => {
    if (!open) return
    open = false
    onQuit()
  })
  lines.prompt()
  return {
    print,
    close() {
      if (open) {
        open = false
        erase(lines, output)
        lines.close()
      }
      return answers.idle()
    },
  }
}

/** Takes the typed line, which may be several rows high, off the screen. */
function erase(lines: Interface, output: NodeJS.WritableStream): void {
  const { rows } = lines.getCursorPos()
  moveCursor(output, 0, -rows)
  cursorTo(output, 0)
  clearScreenDown(output)
}

function printAbove(lines: Interface, output: NodeJS.WritableStream, text: string): void {
  erase(lines, output)
  output.write(`${text}\n`)
  // readline believes its cursor is still so many rows down, and would draw the prompt over what was just printed
  Object.assign(lines, { prevRows: 0 })
  lines.prompt(true)
}
