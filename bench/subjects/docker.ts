import { runProcess } from './process.ts'
import { closeNothing, type Subject } from './subject.ts'

/** Any image; the first that is there, since nothing is fetched for a measurement. */
async function findImage(): Promise<string> {
  const images = (await runProcess('docker', ['images', '--quiet'])).split('\n')
  const first = images.find((id) => id !== '')
  if (first === undefined) throw new Error('docker has no image: `docker pull debian:stable-slim`')
  return first
}

export const docker: Subject = {
  name: 'docker',
  title: 'docker run',
  isolation: 'all namespaces but that of users, filter, cgroups, few capabilities; no ids of its own, no limits',
  install: 'apt-get install docker.io, start it, docker pull debian:stable-slim',
  everyRounds: 10,
  async open({ argv: [program, ...programArguments] }) {
    const image = await findImage()
    const options = ['--rm', '--network', 'none', '--entrypoint', program, image, ...programArguments]
    const run = async (): Promise<void> => {
      await runProcess('docker', ['run', ...options])
    }
    await run()
    return { run, close: closeNothing }
  },
}
