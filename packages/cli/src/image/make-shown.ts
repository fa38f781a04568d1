import type { MadeImage, UnpackProgress } from '@mayfly/images'

import { formatSize } from '../format.ts'
import type { Ending } from '../run/execute.ts'
import { Interruption } from '../run/interruption.ts'
import { say } from '../say.ts'
import { writeBytes } from '../write-bytes.ts'
import { lineOf } from './image-line.ts'

/** How a maker of images tells how far it is, and is told to stop. */
interface Shown {
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  readonly onProgress: (progress: UnpackProgress) => void
}

/** Makes an image with its progress shown on a terminal, and prints a line for what came of it; tells how this process is to end. */
export async function makeShown(what: string, make: (shown: Shown) => Promise<MadeImage>): Promise<Ending> {
  const { default: ora } = await import('ora')
  using interruption = new Interruption()
  const spinner = ora({
    text: what,
    isSilent: !process.stderr.isTTY,
    discardStdin: false,
    stream: process.stderr,
  }).start()
  try {
    const image = await make({
      signal: interruption.signal,
      onLine: (line) => {
        spinner.text = `${what}: ${line.slice(0, 100)}`
      },
      onProgress: ({ bytes, entryCount }) => {
        spinner.text = `${what}: unpacked ${entryCount} files, ${formatSize(bytes)}`
      },
    })
    spinner.stop()
    tellLeftOut(image)
    await writeBytes(process.stdout, new TextEncoder().encode(`${lineOf(image)}\n`))
    return 0
  } catch (error) {
    if (interruption.received === undefined) throw error
    return interruption.received
  } finally {
    spinner.stop()
  }
}

function tellLeftOut({ leftOut }: MadeImage): void {
  const { specialFileCount, attributeCount } = leftOut
  if (specialFileCount > 0) say(`left out ${specialFileCount} devices, pipes and sockets`)
  if (attributeCount > 0) say(`left out ${attributeCount} extended attributes`)
}
