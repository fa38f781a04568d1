/* Whether a program's variables fit the memory that the kernel would promise it. */
#ifndef MAYFLY_PROGRAM_SIZE_H
#define MAYFLY_PROGRAM_SIZE_H

/*
 * -ENOMEM where execve(2) of `path` would kill its caller: it gives the caller's own memory up before it maps the program's,
 * and has nobody left to tell when that fails. So the kernel is asked for as much beforehand. 0 for all else, and for
 * what is no ELF program of 64 bits, or cannot be read.
 */
int program_check_size(const char *path);

#endif
