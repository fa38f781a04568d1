/** Who the command runs as, inside, unless the image names somebody. */
export const commandUser = { id: 1000, name: 'sandbox', home: '/work' } as const
