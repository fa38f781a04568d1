import { closeNothing, type Subject } from './subject.ts'

export const execa: Subject = {
  name: 'execa',
  title: 'execa',
  isolation: 'none: child_process.spawn with a better interface',
  install: 'npm run build installs it',
  everyRounds: 1,
  async open({ argv: [program, ...programArguments] }) {
    const library = await import('execa')
    const run = async (): Promise<void> => {
      await library.execa(program, programArguments, { stdin: 'ignore' })
    }
    return { run, close: closeNothing }
  },
}
