#define _GNU_SOURCE
#include "caller.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scope.h"
#include "syscalls.h"

enum {
	STATUS_BYTES = 4096,
	/* for a death that is under way already */
	DEATH_WAIT_MS = 200,
};

bool is_fatal_sigsys(const char *status)
{
	static const char *const masks[] = { "\nSigBlk:", "\nSigIgn:", "\nSigCgt:" };

	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		const char *at = strstr(status, masks[i]);

		if (at == NULL || (strtoull(at + strlen(masks[i]), NULL, 16) >> (SIGSYS - 1) & 1) != 0)
			return false;
	}
	return true;
}

static void read_status(pid_t thread, char text[STATUS_BYTES])
{
	char path[64];
	AUTO_CLOSE int file = -1;
	ssize_t count;

	(void)snprintf(path, sizeof path, "/proc/%d/status", thread);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	count = file < 0 ? 0 : read(file, text, STATUS_BYTES - 1);
	text[count > 0 ? count : 0] = '\0';
}

static int open_process(const char *status)
{
	static const char name[] = "\nTgid:";
	const char *at = strstr(status, name);

	return at == NULL ? -ESRCH : sys_pidfd_open((pid_t)strtol(at + sizeof name - 1, NULL, 10));
}

int caller_kill(pid_t thread)
{
	char status[STATUS_BYTES];
	AUTO_CLOSE int process = -1;

	read_status(thread, status);
	process = is_fatal_sigsys(status) ? open_process(status) : -1;
	(void)kill(thread, process >= 0 ? SIGSYS : SIGKILL);
	return process < 0 ? -1 : steal_fd(&process);
}

/* Another thread may have had SIGSYS ignored since, or have taken it off the queue by sigwaitinfo(2). */
void caller_bury(int process)
{
	struct pollfd death = { .fd = process, .events = POLLIN };

	if (process >= 0 && poll(&death, 1, DEATH_WAIT_MS) <= 0)
		(void)sys_pidfd_send_signal(process, SIGKILL);
}
