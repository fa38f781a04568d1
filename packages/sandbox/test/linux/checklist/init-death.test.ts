import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MiB } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { parentOf } from '../../../../../fixtures/host-processes.ts'
import { nobody, useOtherUsers, withoutGroups } from '../support/as-user.ts'
import { commandsNamed } from '../support/commands.ts'
import { until } from '../support/until.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'
import { loseInit } from './support/init-death.ts'

needsSandboxes()
const others = useOtherUsers()

const lostAlone = { code: 'CONTAINER_FAILED', next: 'exited', sameSupervisor: true }

test('49: an init that is found dead when its disk is to be resized is the loss of its own run', async ({ signal }) => {
  expect(await loseInit({}, { diskBytes: 3 * MiB }, signal)).toEqual(lostAlone)
})

test('49: an init that is found dead when samples are asked of it is the loss of its own run', async () => {
  const program = fileURLToPath(new URL('../programs/lose-init.ts', import.meta.url))
  const argv = ['--conditions=mayfly-source', program, `${nobody}`]
  const env = { ...process.env, MAYFLY_SUPERVISOR: others.supervisor() }
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env })
  expect(JSON.parse(stdout)).toEqual(lostAlone)
})

test('49: an init that can no longer count takes its run with it', async ({ signal }) => {
  const result = others.run(['/bin/sleep', '1002'], { options: withoutGroups, limits: { wallTimeMs: 20_000 } })
  await until(signal, () => commandsNamed('sleep').length === 1)
  const init = parentOf(commandsNamed('sleep')[0] ?? 0)
  await promisify(execFile)('prlimit', ['--pid', `${init}`, '--nofile=1:1'], { uid: nobody, gid: nobody })
  expect(await result).toMatchObject({ code: 'CONTAINER_FAILED' })
})
