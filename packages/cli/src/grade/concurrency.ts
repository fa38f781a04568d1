import { availableParallelism } from 'node:os'

/**
 * Runs that a sandbox for grading lets go on at once. More than there are cores: tests of a course wait in their own
 * container while the submission runs in others; how many of those use a core is the grader's to see to.
 */
export const runsAtOnce = 4 * Math.max(2, availableParallelism())
