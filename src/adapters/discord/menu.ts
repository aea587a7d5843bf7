import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  type APIApplicationCommandBasicOption,
  InteractionContextType,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js'
import type { MenuArgument, MenuCommand } from '#ports/messenger.ts'

const NAME = /^[-_\p{Ll}\p{N}]{1,32}$/u
const MOST_DESCRIPTION = 100
const MOST_CHOICES = 25
const SUGGESTED = new Set(['symbol', 'owner', 'strategy', 'command'])

const described = (text: string, name: string): string => (text === '' ? name : text).slice(0, MOST_DESCRIPTION)

function optionOf({ name, kind, description, optional, choices }: MenuArgument): APIApplicationCommandBasicOption {
  const base = { name, description: described(description, name), required: !optional }
  if (kind === 'count') return { ...base, type: ApplicationCommandOptionType.Integer, min_value: 1, max_value: 100 }
  const text = { ...base, type: ApplicationCommandOptionType.String } as const
  if (choices.length > 0 && choices.length <= MOST_CHOICES) return { ...text, choices: choices.map(value => ({ name: value, value })) }
  return SUGGESTED.has(kind) ? { ...text, autocomplete: true } : text
}

/** A menu of commands as Discord takes it: what is required comes first. In guilds and in private. */
export const slashCommands = (commands: readonly MenuCommand[]): RESTPutAPIApplicationCommandsJSONBody =>
  commands
    .filter(({ name }) => NAME.test(name))
    .map(({ name, summary, arguments: all }) => ({
      type: ApplicationCommandType.ChatInput,
      name,
      description: described(summary, name),
      options: [...all.filter(({ optional }) => !optional), ...all.filter(({ optional }) => optional)].map(optionOf),
      integration_types: [ApplicationIntegrationType.GuildInstall],
      contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    }))
