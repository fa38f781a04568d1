import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from './process.ts'
import { MissingSubject, type Subject } from './subject.ts'

interface RuntimeSpec {
  process: { args: string[]; terminal: boolean }
  root: { readonly: boolean }
  mounts: { destination: string; type: string; source: string; options: string[] }[]
}

/** A bundle whose root is the host's /usr, read-only. */
async function makeBundle(folder: string): Promise<void> {
  await mkdir(join(folder, 'rootfs', 'usr'), { recursive: true })
  for (const name of ['bin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(folder, 'rootfs', name))
  await runProcess('runc', ['spec', '--bundle', folder])
  const path = join(folder, 'config.json')
  const spec = JSON.parse(await readFile(path, 'utf8')) as RuntimeSpec
  spec.process.args = ['/bin/true']
  spec.process.terminal = false
  spec.root.readonly = false // runc makes the mount points itself
  spec.mounts.push({ destination: '/usr', type: 'bind', source: '/usr', options: ['rbind', 'ro'] })
  await writeFile(path, JSON.stringify(spec))
}

export const runc: Subject = {
  name: 'runc',
  everyRounds: 5,
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'bench-runc-'))
    let started = 0
    const runTrue = async (): Promise<void> => {
      await runProcess('runc', ['run', '--bundle', folder, `bench-${process.pid}-${started++}`])
    }
    const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
    try {
      await makeBundle(folder)
      await runTrue()
    } catch (error) {
      await close()
      throw new MissingSubject(error instanceof Error ? error.message : String(error))
    }
    return { runTrue, close }
  },
}
