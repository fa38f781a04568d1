/* A command's terminal: a pair in a devpts of the container's own, opened by init while nothing else runs in there. */
#ifndef MAYFLY_TERMINAL_H
#define MAYFLY_TERMINAL_H

#include <sys/types.h>

#include "protocol.h"

/* What the command opens; the only one in its devpts until the command makes others. */
#define TERMINAL_PATH "/dev/pts/0"

/*
 * Mounts the devpts and opens a pair of that size; the command's side belongs to `user` and `group`. Our side, or
 * -errno. The command's side stays open in this process, so that ours does not hang up before its time.
 */
int terminal_open(const struct terminal_size *size, uid_t user, gid_t group);
/* Whoever has it in the foreground gets SIGWINCH, tty_ioctl(4). */
int terminal_resize(int terminal, const struct terminal_size *size);
/* Makes the terminal 0, 1 and 2 of this process, and as it leads a session, the one that controls it. */
int terminal_take(void);

#endif
