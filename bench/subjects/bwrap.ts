import { runProcess } from './process.ts'
import { MissingSubject, type Subject } from './subject.ts'

const container = `
  --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv
  --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64
  --proc /proc --dev /dev --tmpfs /tmp --tmpfs /work --chdir /work`
  .trim()
  .split(/\s+/)

async function runTrue(): Promise<void> {
  await runProcess('bwrap', [...container, '/bin/true'])
}

/** bubblewrap with the namespaces and mounts that Mayfly makes; it has no cgroup, no limits and no accounting. */
export const bwrap: Subject = {
  name: 'bwrap',
  everyRounds: 1,
  async open() {
    await runTrue().catch((error: unknown) => {
      throw new MissingSubject(error instanceof Error ? error.message : String(error))
    })
    return {
      runTrue,
      async close() {
        // nothing is held between runs
      },
    }
  },
}
