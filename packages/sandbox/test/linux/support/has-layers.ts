import { SandboxError, type Sandbox } from '@mayfly/sandbox'

/** Whether the kernel has what layers take. */
export async function hasLayers(sandbox: Sandbox): Promise<boolean> {
  try {
    const { layer } = await sandbox.run(['true'], {}, { freeze: true })
    await layer?.close()
    return true
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'UNSUPPORTED_HOST') return false
    throw error
  }
}
