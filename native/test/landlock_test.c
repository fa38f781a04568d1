/* What Landlock leaves to a command, in a root directory like a container's. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "privileges.h"
#include "scope.h"
#include "scratch.h"
#include "syscalls.h"

enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_SCOPES = 6 };

static const struct host_mounts no_mounts = { .count = 0 };

static int abi(void)
{
	return sys_landlock_create_ruleset(NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
}

/* The directories that the rules name, and one that they do not. */
static bool enter_root(const char *path)
{
	static const char *const directories[] = { "work", "tmp", "dev", "dev/mqueue", "proc", "other" };
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || chroot(path) != 0 ||
	    chdir("/") != 0)
		return false;
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		mkdir(directories[i], 0777);
	return scratch_write(AT_FDCWD, "/other/file", "text") && scratch_write(AT_FDCWD, "/work/file", "text");
}

static bool is_ruled(void *path)
{
	return enter_root(path) && forbid_new_privileges() == 0 && install_landlock(&no_mounts) == 0;
}

static bool writes_where_it_may(void *path)
{
	return is_ruled(path) && scratch_write(AT_FDCWD, "/work/new", "x") && scratch_write(AT_FDCWD, "/tmp/new", "x") &&
		mkdir("/work/directory", 0755) == 0 && unlink("/work/file") == 0;
}

static bool is_refused(int result, int error)
{
	return result < 0 && errno == error;
}

static bool writes_nowhere_else(void *path)
{
	return is_ruled(path) && is_refused(open("/other/file", O_WRONLY | O_CLOEXEC), EACCES) &&
		is_refused(open("/other/new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), EACCES) && is_refused(mkdir("/other/d", 0755), EACCES) &&
		is_refused(unlink("/other/file"), EACCES) && is_refused(symlink("x", "/other/l"), EACCES) &&
		(abi() < ABI_TRUNCATE || is_refused(truncate("/other/file", 0), EACCES));
}

static bool reads_everywhere(void *path)
{
	char text[8] = "";
	if (!is_ruled(path))
		return false;
	AUTO_CLOSE int file = open("/other/file", O_RDONLY | O_CLOEXEC);
	return read(file, text, sizeof text - 1) == 4 && strcmp(text, "text") == 0;
}

static bool moves_within(void *path)
{
	return is_ruled(path) && mkdir("/work/a", 0755) == 0 && mkdir("/work/b", 0755) == 0 &&
		scratch_write(AT_FDCWD, "/work/a/file", "x") && link("/work/a/file", "/work/b/linked") == 0 &&
		rename("/work/a/file", "/work/b/moved") == 0 && rename("/work/a", "/work/b/a") == 0;
}

static bool moves_nothing_elsewhere(void *path)
{
	return is_ruled(path) && is_refused(rename("/work/file", "/other/moved"), EACCES) &&
		is_refused(link("/work/file", "/other/linked"), EACCES) && is_refused(rename("/other/file", "/work/moved"), EACCES);
}

static bool signals_nobody_outside(void *path)
{
	return is_ruled(path) && is_refused(kill(getppid(), 0), EPERM) && kill(getpid(), 0) == 0;
}

static socklen_t abstract(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		(size_t)snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "mayfly-test-landlock"));
}

static bool reaches_no_abstract_socket(void *path)
{
	struct sockaddr_un address;
	const socklen_t length = abstract(&address);
	AUTO_CLOSE int before = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_CLOSE int after = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(before, (const struct sockaddr *)&address, length) == 0 && is_ruled(path) &&
		is_refused(connect(after, (const struct sockaddr *)&address, length), EPERM);
}

static void scoped(char *path)
{
	struct sockaddr_un address;
	const socklen_t length = abstract(&address);
	AUTO_CLOSE int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (const struct sockaddr *)&address, length) != 0 || listen(listener, 4) != 0)
		abort();
	check(holds_in_child(signals_nobody_outside, path), "no signal reaches a process outside of the domain");
	check(holds_in_child(reaches_no_abstract_socket, path), "no abstract socket outside of the domain is reached");
}

static bool is_told(void *unused)
{
	(void)unused;
	return forbid_new_privileges() == 0 && install_landlock(&no_mounts) == -EOPNOTSUPP;
}

int main(void)
{
	struct scratch scratch = scratch_make();
	if (abi() < ABI_REFER) {
		check(holds_in_child(is_told, NULL), "a kernel without Landlock is told as one");
	} else if (geteuid() != 0) {
		skip("a command writes where it may", "only root changes its root directory");
	} else {
		check(holds_in_child(writes_where_it_may, scratch.path), "a command writes below its home and /tmp");
		check(holds_in_child(writes_nowhere_else, scratch.path), "it writes, makes, removes and truncates nothing elsewhere");
		check(holds_in_child(reads_everywhere, scratch.path), "it reads everywhere");
		check(holds_in_child(moves_within, scratch.path), "it moves and links from one directory of its home to another");
		check(holds_in_child(moves_nothing_elsewhere, scratch.path), "it moves and links nothing out of its home");
		if (abi() >= ABI_SCOPES)
			scoped(scratch.path);
		else
			printf("       signals and abstract sockets have no scope before Linux 6.12\n");
	}
	scratch_remove(&scratch);
	return check_report();
}
