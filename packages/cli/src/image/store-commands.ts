import { ImageCache } from '@mayfly/sandbox'
import type { Command } from 'commander'

import type { Ending } from '../run/execute.ts'
import { writeBytes } from '../write-bytes.ts'
import { lineOf } from './image-line.ts'

/** Adds what looks at the cache, and tidies it. */
export function addStoreCommands(image: Command, end: (ending: Ending) => void): void {
  const print = async (lines: readonly string[]): Promise<void> => {
    await writeBytes(process.stdout, new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')))
    end(0)
  }
  image
    .command('list')
    .description('Lists the images of the cache, the latest first: digest, size and names.')
    .option('--json', 'print all that is known of them as JSON')
    .action(async ({ json }: { readonly json?: true }) => {
      const images = await new ImageCache().list()
      await print(json === true ? [JSON.stringify(images, null, 2)] : images.map(lineOf))
    })
  image
    .command('remove')
    .description('Forgets a name, and removes an image that has no other, or is named by its digest.')
    .argument('<image...>', 'names or digests')
    .action(async (names: readonly string[]) => {
      const cache = new ImageCache()
      for (const name of names) await cache.remove(name)
      end(0)
    })
  image
    .command('gc')
    .description('Removes images without a name that no sandbox uses, and what was left of makers that were killed.')
    .action(async () => print(await new ImageCache().collect()))
}
