#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "inside.h"
#include "privileges.h"
#include "scope.h"
#include "syscalls.h"

/* linux/landlock.h of Linux 6.12: newer than many a build machine's. */
struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

enum {
	CREATE_RULESET_VERSION = 1,
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
	ABI_SCOPES = 6,
	ACCESS_WRITE_FILE = 1 << 1,
	ACCESS_REMOVE_DIR = 1 << 4,
	ACCESS_REMOVE_FILE = 1 << 5,
	ACCESS_MAKE_ALL = 0x7f << 6,    /* MAKE_CHAR to MAKE_SYM */
	ACCESS_REFER = 1 << 13,
	ACCESS_TRUNCATE = 1 << 14,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
	ALL_WRITES = ACCESS_WRITE_FILE | ACCESS_REMOVE_DIR | ACCESS_REMOVE_FILE | ACCESS_MAKE_ALL,
};

static int allow_below(int ruleset, const char *path, uint64_t access)
{
	AUTO_CLOSE int parent = open(path, O_PATH | O_CLOEXEC);
	struct path_beneath rule = { .allowed_access = access, .parent_fd = parent };
	struct stat status;

	if (parent < 0 || fstat(parent, &status) != 0)
		return -errno;
	/* of a file only what can be done to files */
	if (!S_ISDIR(status.st_mode))
		rule.allowed_access &= ACCESS_WRITE_FILE | ACCESS_TRUNCATE;
	return sys_landlock_add_path(ruleset, &rule);
}

static int allow_mounts(int ruleset, const struct host_mounts *mounts, uint64_t access)
{
	int error = 0;

	for (uint32_t i = 0; i < mounts->count && error == 0; i++) {
		if (mounts->list[i].writable)
			error = allow_below(ruleset, mounts->list[i].target, access);
	}
	return error;
}

/*
 * What is not handled is allowed, but for LANDLOCK_ACCESS_FS_REFER: unless a rule grants it, no file moves from one
 * directory to another, not even within the home. So version 1, which has no such right to grant, is left alone.
 */
static uint64_t handled_access(int abi)
{
	return ALL_WRITES | ACCESS_REFER | (abi >= ABI_TRUNCATE ? ACCESS_TRUNCATE : 0);
}

int install_landlock(const struct host_mounts *mounts)
{
	/* mq_open(3) goes by a mount of the kernel's own, of which /dev/mqueue shows the root, but which is not below /dev */
	static const char *const writable[] = { HOME_DIRECTORY, "/tmp", "/dev", "/dev/mqueue", "/proc" };
	const int abi = sys_landlock_create_ruleset(NULL, 0, CREATE_RULESET_VERSION);
	const uint64_t access = handled_access(abi);
	const struct ruleset attributes = {
		.handled_access_fs = access,
		.scoped = abi >= ABI_SCOPES ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0,
	};
	AUTO_CLOSE int ruleset = -1;
	int error = 0;

	if (abi < ABI_REFER)
		return -EOPNOTSUPP;
	ruleset = sys_landlock_create_ruleset(&attributes, abi >= ABI_SCOPES ? sizeof attributes : sizeof(uint64_t), 0);
	if (ruleset < 0)
		return ruleset;
	for (size_t i = 0; i < sizeof writable / sizeof writable[0] && error == 0; i++)
		error = allow_below(ruleset, writable[i], access);
	if (error == 0)
		error = allow_mounts(ruleset, mounts, access);
	return error < 0 ? error : sys_landlock_restrict_self(ruleset);
}
