// Makes a fresh clone ready to run: system packages, npm packages, the native part, the TypeScript packages. Runs on the
// machine's own Node with nothing installed, so plain JavaScript and no imports but Node's. Safe to run again: each step
// does only what is not yet done.
import { buildNative } from './setup/native.mjs'
import { buildPackages } from './setup/packages.mjs'
import { installPackages } from './setup/install.mjs'
import { needs } from './setup/needs.mjs'
import { requireNode, requireSystem } from './setup/system.mjs'

requireNode()
requireSystem(needs)
installPackages()
buildNative()
buildPackages()
