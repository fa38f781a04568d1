/** For a Python program that tries what must be refused: `attempt` prints the name of each, and the error that it met. */
export const attempts = `import ctypes, errno, fcntl, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
def call(result):
    if result == -1: raise OSError(ctypes.get_errno(), '')
def attempt(name, what):
    try: what()
    except OSError as error: print(name, errno.errorcode[error.errno])
    else: print(name, 'SUCCEEDED')
`
