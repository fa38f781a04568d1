import { runProcess } from './process.ts'
import { MissingSubject, type Subject } from './subject.ts'

/** Any image that has /bin/true; the first that is there, since nothing is fetched for a measurement. */
async function findImage(): Promise<string> {
  const images = (await runProcess('docker', ['images', '--quiet'])).split('\n')
  const first = images.find((id) => id !== '')
  if (first === undefined) throw new Error('docker has no image')
  return first
}

export const docker: Subject = {
  name: 'docker',
  everyRounds: 10,
  async open() {
    try {
      const image = await findImage()
      const runTrue = async (): Promise<void> => {
        await runProcess('docker', ['run', '--rm', '--network', 'none', '--entrypoint', '/bin/true', image])
      }
      await runTrue()
      return {
        runTrue,
        async close() {
          // nothing is held between runs
        },
      }
    } catch (error) {
      throw new MissingSubject(error instanceof Error ? error.message : String(error))
    }
  },
}
