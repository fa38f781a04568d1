import module from 'node:module'

/** Reads compiled code from `directory`, where Node can (22.1 and later); what is not there yet is compiled. */
export function enableCompileCache(directory: string): void {
  module.enableCompileCache?.(directory)
}
