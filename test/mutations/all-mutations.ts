import { libraryMutations } from './library-mutations.ts'
import type { Mutation } from './mutation.ts'
import { rightsMutations } from './rights-mutations.ts'
import { endMutations, runMutations } from './run-mutations.ts'
import { setUpMutations } from './set-up-mutations.ts'

/** Every protection that can be taken out. */
export const allMutations: readonly Mutation[] = [
  ...setUpMutations,
  ...rightsMutations,
  ...runMutations,
  ...endMutations,
  ...libraryMutations,
]
