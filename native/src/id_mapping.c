#define _GNU_SOURCE
#include "id_mapping.h"

#include <stdio.h>
#include <sys/wait.h>

#include "identity.h"
#include "scope.h"
#include "syscalls.h"

enum { NUMBER_BYTES = 16, LINE_BYTES = 64 };

/* Stays until the parent lets go of the pipe, by closing it or by its death. */
static _Noreturn void stay(const int pipe[2])
{
	char byte;

	(void)close(pipe[1]);
	(void)!read(pipe[0], &byte, 1);
	_exit(0);
}

static int write_maps(const char *process, uid_t disk_user, uid_t user, gid_t disk_group, gid_t group)
{
	char users[LINE_BYTES];
	char groups[LINE_BYTES];

	(void)snprintf(users, sizeof users, "%u %u 1", disk_user, user);
	(void)snprintf(groups, sizeof groups, "%u %u 1", disk_group, group);
	return identity_write_maps(process, users, groups);
}

static int open_namespace(pid_t pid)
{
	char path[LINE_BYTES];
	int namespace;

	(void)snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	return namespace < 0 ? -errno : namespace;
}

int id_mapping_open(uid_t disk_user, uid_t user, gid_t disk_group, gid_t group)
{
	const struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	char process[NUMBER_BYTES];
	int pair[2];
	int status;
	int result;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) != 0)
		return -errno;
	pid = sys_clone3(&args);
	if (pid == 0)
		stay(pair);
	(void)close(pair[0]);
	(void)snprintf(process, sizeof process, "%d", pid);
	result = pid < 0 ? pid : write_maps(process, disk_user, user, disk_group, group);
	if (result == 0)
		result = open_namespace(pid);
	(void)close(pair[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return result;
}
