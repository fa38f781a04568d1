import type { Command } from 'commander'

import type { Ending } from '../run/execute.ts'
import { addStoreCommands } from './store-commands.ts'
import { makeShown } from './make-shown.ts'

/** Loaded once it is wanted: no other command needs what reads archives. */
const images = async (): Promise<typeof import('@mayfly/images')> => import('@mayfly/images')

/** Adds `mayfly image` with its subcommands; each one's status is 0 where it did what it was to do. */
export function addImageCommand(program: Command, end: (ending: Ending) => void): void {
  const image = program
    .command('image')
    .summary('make, list and remove the images that containers show')
    .description('Makes, lists and removes images: root file systems, kept in a cache, for `mayfly run --image`.')
  image
    .command('build')
    .description(
      'Builds an image from Debian packages, by a recipe: gcc, go, java, minimal, node, python, rust, or a file.',
    )
    .argument('<recipe>', 'the name of a recipe, or the path of a file, with a / in it')
    .option('--name <name>', 'what it is called (default: as the recipe)')
    .option('--mirror <url>', 'where the packages come from (default: Debian’s own)')
    .action(async (recipe: string, { name, mirror }: { readonly name?: string; readonly mirror?: string }) => {
      end(
        await makeShown(`building ${recipe}`, async (shown) =>
          (await images()).buildImage(recipe, { name, mirror, ...shown }),
        ),
      )
    })
  image
    .command('import')
    .description('Makes an image of an OCI layout (a directory or a tar archive), or of what `docker save` writes.')
    .argument('<file>', 'the archive or the directory')
    .option('--name <name>', 'what it is called (default: as in the archive, or as the file)')
    .option('--ref <name>', 'which one, where the archive holds several')
    .action(async (file: string, { name, ref }: { readonly name?: string; readonly ref?: string }) => {
      end(
        await makeShown(`importing ${file}`, async (shown) =>
          (await images()).importImage(file, { name, wanted: ref, ...shown }),
        ),
      )
    })
  image
    .command('pull')
    .description('Fetches an image from a registry, by skopeo.')
    .argument('<image>', 'its name there, such as docker.io/library/alpine:3.20')
    .option('--name <name>', 'what it is called (default: as there)')
    .action(async (wanted: string, { name }: { readonly name?: string }) => {
      end(await makeShown(`pulling ${wanted}`, async (shown) => (await images()).pullImage(wanted, { name, ...shown })))
    })
  addStoreCommands(image, end)
}
