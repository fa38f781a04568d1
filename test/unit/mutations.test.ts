import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allMutations } from '../mutations/all-mutations.ts'

test('each protection that a mutation takes out stands where it looks for it, once', () => {
  const edits = allMutations.flatMap((mutation) => mutation.edits)
  const misplaced = edits.filter(({ file, find }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return text.split(find).length !== 2
  })
  expect(misplaced).toEqual([])
})
