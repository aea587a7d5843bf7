/** All fact cards. */
import type { Fact } from './bench.ts'
import { listFacts } from './lists.ts'
import { orderFacts } from './orders.ts'
import { publicFacts } from './public.ts'
import { securityFacts } from './security.ts'

/** In the order in which they are tried. */
export const facts: readonly Fact[] = [...publicFacts, ...securityFacts, ...orderFacts, ...listFacts]
