/* Things owned by a scope: released when it ends, whichever way it ends. steal_* hands ownership on. */
#ifndef MAYFLY_SCOPE_H
#define MAYFLY_SCOPE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Keeps errno, so that `return -errno` after a failed call stays true while scopes end. */
static inline void close_scope(const int *fd)
{
	if (*fd < 0)
		return;
	int kept = errno;
	close(*fd);
	errno = kept;
}

static inline void free_scope(void *pointer)
{
	int kept = errno;
	free(*(void **)pointer);
	errno = kept;
}

/* AUTO_CLOSE int fd = -1; */
#define AUTO_CLOSE __attribute__((cleanup(close_scope)))
/* AUTO_FREE char *text = NULL; */
#define AUTO_FREE __attribute__((cleanup(free_scope)))

/* Takes the descriptor out of its scope: the caller owns it now. */
static inline int steal_fd(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

/* Closes what *fd holds, if anything, and leaves -1 there. */
static inline void close_fd(int *fd)
{
	close_scope(fd);
	*fd = -1;
}

#endif
