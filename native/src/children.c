#define _GNU_SOURCE
#include "children.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "syscalls.h"

void children_kill(void)
{
	(void)kill(-1, SIGKILL);
}

bool children_reap(pid_t stub, int flags, int *status)
{
	bool found = false;

	for (;;) {
		int one;
		pid_t pid = waitpid(-1, &one, flags | __WALL);

		if (pid == stub) {
			*status = one;
			found = true;
		}
		if (pid == 0 || (pid < 0 && errno != EINTR))
			return found;
	}
}

pid_t child_fork(void)
{
	const struct clone_args args = { .exit_signal = SIGCHLD };

	return sys_clone3(&args);
}

int children_watch(void)
{
	sigset_t all;
	sigset_t child;

	(void)sigfillset(&all);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &all, NULL) != 0)
		return -errno;
	return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}
