import type { Line } from './line.ts'
import { linesOfFiles } from './lines-of-files.ts'
import { linesOfPrivilege } from './lines-of-privilege.ts'
import { linesOfResources } from './lines-of-resources.ts'
import { linesOfSurroundings } from './lines-of-surroundings.ts'

/** Every line of the checklist, by its number. */
export const lines: readonly Line[] = [
  ...linesOfSurroundings,
  ...linesOfPrivilege,
  ...linesOfResources,
  ...linesOfFiles,
]
