import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Subject, Words } from './subject.ts'

const address = '127.0.0.1:5059'
const second = 1_000_000_000

interface Answer {
  readonly status: string
  readonly exitStatus: number
}

function requestFor(argv: Words): string {
  const files = [{ content: '' }, { name: 'stdout', max: 65_536 }, { name: 'stderr', max: 65_536 }]
  const limits = { cpuLimit: 10 * second, clockLimit: 10 * second, memoryLimit: 256 * 1024 * 1024, procLimit: 50 }
  return JSON.stringify({ cmd: [{ args: argv, env: ['PATH=/usr/bin:/bin'], files, ...limits }] })
}

async function untilItAnswers(server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const answer = await fetch(`http://${address}/version`).catch(() => undefined)
    if (answer?.ok === true) return
    await setTimeout(20)
  }
  throw new Error(`go-judge ended with ${server.exitCode}`)
}

async function start(concurrency: number): Promise<ChildProcess> {
  const options = ['-http-addr', address, '-parallelism', String(concurrency)]
  const server = spawn('go-judge', options, { stdio: 'ignore' })
  await once(server, 'spawn')
  return server
}

export const goJudge: Subject = {
  name: 'go-judge',
  title: 'go-judge',
  isolation: 'all namespaces, cgroups, limits, accounting; containers are used again by later runs',
  install: 'go install github.com/criyle/go-judge/cmd/go-judge@latest (Debian 12 has no package)',
  everyRounds: 1,
  async open({ argv, concurrency }) {
    const server = await start(concurrency)
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: requestFor(argv) }
    const run = async (): Promise<void> => {
      const answers = (await (await fetch(`http://${address}/run`, options)).json()) as readonly Answer[]
      if (answers[0]?.status !== 'Accepted') throw new Error(`go-judge said ${JSON.stringify(answers)}`)
    }
    const close = async (): Promise<void> => {
      if (server.exitCode !== null) return
      server.kill()
      await once(server, 'exit')
    }
    try {
      await untilItAnswers(server)
      await run()
    } catch (error) {
      await close()
      throw error
    }
    return { run, close }
  },
}
