/** An architecture that commands can be run on, as Node names it. */
export type Architecture = 'x64' | 'arm64'
