import { runProcess } from './process.ts'
import { closeNothing, type Subject } from './subject.ts'

/** A box is made, used and removed for each run; a box can be used by one run at a time. */
export const isolate: Subject = {
  name: 'isolate',
  title: 'isolate',
  isolation: 'mount, pid, ipc and network namespaces, an id of its own, rlimits; no filter, no cgroup without --cg',
  install: 'build it from github.com/ioi/isolate (Debian 12 has no package)',
  everyRounds: 2,
  async open({ argv, concurrency }) {
    const freeBoxes = Array.from({ length: concurrency }, (_, box) => String(box))
    const run = async (): Promise<void> => {
      const box = freeBoxes.pop()
      if (box === undefined) throw new Error(`more than ${concurrency} runs at once`)
      const option = `--box-id=${box}`
      await runProcess('isolate', [option, '--init'])
      await runProcess('isolate', [option, '--silent', '--run', '--', ...argv])
      await runProcess('isolate', [option, '--cleanup'])
      freeBoxes.push(box)
    }
    await run()
    return { run, close: closeNothing }
  },
}
