import { runProcess } from './process.ts'
import { closeNothing, type Subject } from './subject.ts'

/** What the others are compared with. */
export const childProcess: Subject = {
  name: 'child-process',
  title: 'child_process.spawn',
  isolation: 'none',
  install: 'a part of Node',
  everyRounds: 1,
  async open({ argv: [program, ...programArguments] }) {
    const run = async (): Promise<void> => {
      await runProcess(program, programArguments)
    }
    return { run, close: closeNothing }
  },
}
