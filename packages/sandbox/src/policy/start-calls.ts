/** Calls that a container's own start makes when its filter is on already: without these it starts no command. */
export const startCalls: readonly string[] = [
  ...['sendmsg', 'close', 'sendto', 'recvfrom', 'recvmsg', 'read', 'write', 'chdir', 'prlimit64', 'getrusage'],
  // those of what carries the words of two that are connected
  ...['ppoll', 'rt_sigaction'],
  ...['openat', 'openat2', 'mkdirat', 'fchmod', 'dup3', 'mmap', 'munmap', 'execve', 'execveat', 'exit_group'],
]

/**
 * Those of them that come before anybody is there to answer for a call that waits: they are never told of, or the start
 * would wait for ever.
 */
export const unwatchedCalls: ReadonlySet<string> = new Set(['sendmsg', 'close'])
