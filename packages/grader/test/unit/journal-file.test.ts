import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { JournalFile } from '../../src/grader/journal-file.ts'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function journal(text = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  made.push(folder)
  writeFileSync(join(folder, 'journal.jsonl'), text)
  return join(folder, 'journal.jsonl')
}

async function linesIn(path: string, added: readonly Record<string, unknown>[] = []): Promise<readonly unknown[]> {
  const lines: unknown[] = []
  const file = await JournalFile.open(path, (line) => lines.push(line))
  for (const line of added) file.add(line)
  await file.close()
  return lines
}

test('a line that holds what some take for the end of one is written so that nobody does, and read again', async () => {
  const path = journal()
  const line = { text: 'a\u2028b\u2029c\r\nd' }
  await linesIn(path, [line, { text: 'e' }])
  expect(readFileSync(path, 'utf8')).not.toMatch(/[\u2028\u2029]/)
  expect(await linesIn(path)).toEqual([line, { text: 'e' }])
})

test('lines end at line feeds alone, whoever wrote them; half of one is left out, and spoils no other', async () => {
  const path = journal('{"text":"a\u2028b"}\n\n{"text":"c"}\r\n{"text":')
  expect(await linesIn(path, [{ text: 'd' }])).toEqual([{ text: 'a\u2028b' }, { text: 'c' }])
  expect(await linesIn(path)).toEqual([{ text: 'a\u2028b' }, { text: 'c' }, { text: 'd' }])
})

test('a line that is longer than what is read at a time stays whole', async () => {
  const line = { text: 'ä'.repeat(200_000) }
  const path = journal()
  await linesIn(path, [line, line])
  expect(await linesIn(path)).toEqual([line, line])
})
