#define _GNU_SOURCE
#include "terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "mounts.h"
#include "scope.h"
#include "syscalls.h"

enum { CELLS_MAX = 0xffff };

int terminal_resize(int terminal, const struct terminal_size *size)
{
	struct winsize window = {
		.ws_col = (unsigned short)(size->columns < CELLS_MAX ? size->columns : CELLS_MAX),
		.ws_row = (unsigned short)(size->rows < CELLS_MAX ? size->rows : CELLS_MAX),
	};

	return sys_ioctl(terminal, TIOCSWINSZ, &window);
}

int terminal_open(const struct terminal_size *size, uid_t user, gid_t group)
{
	AUTO_CLOSE int ours = -1;
	int unlocked = 0;
	int theirs;
	int error = mount_terminals(user, group);

	if (error < 0)
		return error;
	ours = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (ours < 0)
		return -errno;
	error = sys_ioctl(ours, TIOCSPTLCK, &unlocked);
	if (error == 0)
		error = terminal_resize(ours, size);
	if (error < 0)
		return error;
	theirs = open(TERMINAL_PATH, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	return theirs < 0 ? -errno : steal_fd(&ours);
}

/* The first terminal that the leader of a session opens becomes the one that controls it: no call of its own. */
int terminal_take(void)
{
	const int terminal = open(TERMINAL_PATH, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (terminal < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		if (dup3(terminal, i, 0) < 0)
			return -errno;
	}
	(void)close(terminal);
	return 0;
}
