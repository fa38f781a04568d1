/** Whether a name is one of a file in the working directory, and leads nowhere else. */
export function isFileName(name: string): boolean {
  return /^(?!\.{1,2}$)[^/\0]+$/.test(name)
}
