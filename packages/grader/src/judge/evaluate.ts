/** How far the tests of a submission are run. */
export type Evaluate = 'package' | 'all' | 'first-failure' | 'by-group'
