#define _GNU_SOURCE
#include "mounts.h"

#include <string.h>
#include <sys/stat.h>

#include "inside.h"
#include "new_mount.h"
#include "scope.h"
#include "syscalls.h"

enum {
	DISK_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	PROC_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
	DECIMAL_BYTES = 24,
};

/* Writes `value` in decimal at the end of `text` and returns where it starts: no stdio between clone and exec. */
static const char *decimal(uint64_t value, char text[DECIMAL_BYTES])
{
	char *at = text + DECIMAL_BYTES - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return at;
}

static int mount_at(const char *path, const char *type, const char *const options[][2], unsigned int attributes)
{
	AUTO_CLOSE int onto = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return onto < 0 ? -errno : mount_new(onto, type, options, attributes);
}

int mount_own_proc(bool whole)
{
	static const char *const options[][2] = { { "subset", "pid" }, { "hidepid", "invisible" }, { NULL, NULL } };

	return mount_at("/proc", "proc", options + (whole ? 1 : 0), PROC_FLAGS);
}

int mount_terminals(uid_t user, gid_t group)
{
	char uid[DECIMAL_BYTES];
	char gid[DECIMAL_BYTES];
	/* as many as a terminal multiplexer needs, of the kernel's few thousand */
	const char *const options[][2] = {
		{ "uid", decimal(user, uid) }, { "gid", decimal(group, gid) }, { "mode", "0620" },
		{ "ptmxmode", "0666" }, { "max", "64" }, { NULL, NULL },
	};

	return mount_at("/dev/pts", "devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

int mount_message_queues(void)
{
	static const char *const options[][2] = { { NULL, NULL } };

	return mount_at("/dev/mqueue", "mqueue", options, PROC_FLAGS);
}

/* Shows the directory `part` of the disk, whose root is at `disk`, at `path` too. */
static int show_part(int disk, const char *part, const char *path, mode_t mode, uid_t user, gid_t group)
{
	AUTO_CLOSE int tree = -1;
	AUTO_CLOSE int onto = -1;

	if (mkdirat(disk, part, 0700) != 0 || fchownat(disk, part, user, group, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if (fchmodat(disk, part, mode, 0) != 0)
		return -errno;
	tree = sys_open_tree(disk, part, OPEN_TREE_CLONE);
	if (tree < 0)
		return tree;
	onto = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return onto < 0 ? -errno : sys_move_mount(tree, onto);
}

int mount_disk(const struct launch *launch)
{
	char size[DECIMAL_BYTES];
	char count[DECIMAL_BYTES];
	const char *const options[][2] = {
		{ "size", decimal(launch->disk_bytes, size) },
		{ "nr_inodes", decimal(launch->inode_count + DISK_OWN_INODES, count) },
		{ "mode", "0700" },
		{ NULL, NULL },
	};
	AUTO_CLOSE int disk = -1;
	int error = mount_at("/tmp", "tmpfs", options, DISK_FLAGS);

	if (error < 0)
		return error;
	disk = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (disk < 0)
		return -errno;
	error = show_part(disk, DISK_HOME, HOME_DIRECTORY, 0755, launch->user, launch->group);
	if (error == 0)
		error = show_part(disk, "shm", "/dev/shm", 01777, launch->init_user, launch->init_group);
	/* last: it covers the root of the tmpfs, which nobody but init reaches any more */
	if (error == 0)
		error = show_part(disk, "tmp", "/tmp", 01777, launch->init_user, launch->init_group);
	if (error == 0)
		*launch->disk = steal_fd(&disk);
	return error;
}

int resize_disk(uint64_t bytes, uint64_t inodes)
{
	char size[DECIMAL_BYTES];
	char count[DECIMAL_BYTES];
	AUTO_CLOSE int context = sys_fspick(AT_FDCWD, "/tmp");
	int error;

	if (context < 0)
		return context;
	error = sys_fsconfig_string(context, "size", decimal(bytes, size));
	if (error == 0)
		error = sys_fsconfig_string(context, "nr_inodes", decimal(inodes + DISK_OWN_INODES, count));
	return error == 0 ? sys_fsconfig_command(context, FSCONFIG_CMD_RECONFIGURE) : error;
}
