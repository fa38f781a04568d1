import { createSandbox, KiB } from '@mayfly/sandbox'

// A judge that knows a number, and a player who asks for it: each reads what the other writes.
const judge = `
number = 371
for _ in range(10):
    guess = int(input())
    print('correct' if guess == number else 'higher' if guess < number else 'lower', flush=True)
    if guess == number: exit(42)
exit(43)
`
const player = `
low, high, answer = 1, 1000, ''
while answer != 'correct':
    guess = (low + high) // 2
    print(guess, flush=True)
    answer = input()
    if answer == 'higher': low = guess + 1
    if answer == 'lower': high = guess - 1
`

const sandbox = await createSandbox()
try {
  const { left, right, transcript } = await sandbox.connect(
    { command: ['python3', '-c', judge] },
    { command: ['python3', '-c', player], limits: { cpuTimeMs: 1_000 } },
    { transcriptBytes: 64 * KiB },
  )
  for (const { from, bytes } of transcript?.entries ?? [])
    console.log(`${from}: ${Buffer.from(bytes).toString().trim()}`)
  if (left.status === 'exited') console.log(left.exitCode === 42 ? 'accepted' : 'wrong')
  if (right.status === 'limited') console.log(`limited by ${right.limit}`)
} finally {
  await sandbox.close()
}
