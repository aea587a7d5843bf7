/** The service as a process of its own, with both platforms: by nothing but settings, as a person starts it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DiscordServer } from '../support/chat/discord.ts'
import { TelegramServer } from '../support/chat/telegram.ts'
import { openDoor, processesOf } from '../support/doors.ts'

test('tokens in the settings are enough: it answers, tells ids to strangers, pushes that it started and stopped, and shows no token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roottrading-chat-'))
  chmodSync(folder, 0o711)
  const [telegram, discord] = [new TelegramServer(), new DiscordServer()]
  const env = {
    DATA_DIR: join(folder, 'data'),
    SYMBOLS: 'ADAEUR',
    STRATEGIES: 'rsi',
    TELEGRAM_TOKEN: telegram.token,
    TELEGRAM_API_URL: await telegram.listen(),
    TELEGRAM_ADMINS: '42',
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: await discord.listen(),
    DISCORD_VIEWERS: '43',
    DISCORD_GUILDS: discord.guild,
  }
  const ann = telegram.person({ id: 42 })
  const { child, says, ended } = openDoor('main', [], folder, env)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    await telegram.close()
    await discord.close()
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  const toldTelegram = (text: string) => telegram.until(() => telegram.sent.find(one => one.text.includes(text)))
  const toldDiscord = (text: string) => discord.until(() => discord.posted.find(one => one.content.includes(text)))

  // making the database takes its time
  await says('"started"')
  await toldTelegram('started · RootTrading')
  await toldDiscord('started · RootTrading')
  ann.say('/status')
  await toldTelegram('Demo, running')
  telegram.person({ id: 777 }).say('/whoami')
  expect((await toldTelegram('777')).chat).toBe(777)
  await discord.until(() => discord.connected && discord.commands.length > 0)
  const asked = discord.person({ id: '43' }).slash('status')
  expect(await discord.until(() => discord.answerTo(asked)?.content)).toContain('Demo, running')

  child.kill('SIGTERM')
  const { code, out, err } = await ended
  expect(code).toBe(0)
  await toldTelegram('stopped')
  await toldDiscord('stopped')
  for (const secret of [telegram.token, telegram.token.split(':')[1]!, discord.token]) expect(out + err).not.toContain(secret)
})
