import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from './process.ts'
import type { Subject, Words } from './subject.ts'

interface RuntimeSpec {
  process: { args: string[]; terminal: boolean }
  root: { readonly: boolean }
  mounts: { destination: string; type: string; source: string; options: string[] }[]
}

/** A bundle whose root is the host's /usr, read-only; the rest of its configuration is the runtime's own proposal. */
async function makeBundle(runtime: string, folder: string, argv: Words): Promise<void> {
  await mkdir(join(folder, 'rootfs', 'usr'), { recursive: true })
  for (const name of ['bin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(folder, 'rootfs', name))
  await runProcess(runtime, ['spec', '--bundle', folder])
  const path = join(folder, 'config.json')
  const spec = JSON.parse(await readFile(path, 'utf8')) as RuntimeSpec
  spec.process.args = [...argv]
  spec.process.terminal = false
  spec.root.readonly = false // the runtime makes the mount points itself
  spec.mounts.push({ destination: '/usr', type: 'bind', source: '/usr', options: ['rbind', 'ro'] })
  await writeFile(path, JSON.stringify(spec))
}

/** A subject that is an OCI runtime: a container is made and removed for each run. */
export function ociSubject(description: Omit<Subject, 'open' | 'isolation'>, runtime: string): Subject {
  return {
    ...description,
    isolation:
      'mount, pid, ipc, uts and network namespaces, device and freezer cgroups, few capabilities; ' +
      'no ids of its own, no filter, no limits, no accounting',
    async open({ argv }) {
      const folder = await mkdtemp(join(tmpdir(), `bench-${runtime}-`))
      let startedCount = 0
      const run = async (): Promise<void> => {
        await runProcess(runtime, ['run', '--bundle', folder, `bench-${process.pid}-${startedCount++}`])
      }
      const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
      try {
        await makeBundle(runtime, folder, argv)
        await run()
      } catch (error) {
        await close()
        throw error
      }
      return { run, close }
    },
  }
}
