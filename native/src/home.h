#ifndef MAYFLY_HOME_H
#define MAYFLY_HOME_H

#include <errno.h>
#include <fcntl.h>

#include "inside.h"

/* The command's home, for what is opened below it; or -errno. */
static inline int open_home(void)
{
	const int home = open(HOME_DIRECTORY, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return home < 0 ? -errno : home;
}

#endif
