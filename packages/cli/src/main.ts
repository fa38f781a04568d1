import { main } from './program.ts'
import { signalNumber } from './run/exit-status.ts'

// Every failed write is told to the one who wrote; as an event it would end the process, even where only `head` went away.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const ending = await main(process.argv.slice(2))
process.exitCode = typeof ending === 'number' ? ending : 128 + signalNumber(ending)
// So that a shell sees what it would see of any program: ended by the signal it sent.
if (typeof ending === 'string') process.kill(process.pid, ending)
