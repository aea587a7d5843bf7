/** What orders lock, and what trades cost. */
import { money } from '#domain/money.ts'
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { hasFields, holds, same } from '../seen.ts'
