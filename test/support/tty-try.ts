import { openPrompt } from '#adapters/terminal/prompt.ts'
let n = 0
const p = openPrompt({ input: process.stdin, output: process.stdout, names: ['buy','status'], symbols: ['BTCEUR'], answer: async l => `you said ${l}`, onQuit: async () => { clearInterval(t); await p.close(); console.log('bye') } })
const t = setInterval(() => { p.print(`line ${++n}`); if (n === 60) { clearInterval(t); void p.close() } }, 50)
