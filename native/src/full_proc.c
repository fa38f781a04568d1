#define _GNU_SOURCE
#include "full_proc.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>

#include "image.h"
#include "scope.h"
#include "syscalls.h"

enum { ENTRIES_BYTES = 8192 };

/* What getdents64(2) writes: libc's readdir would allocate. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

/*
 * What programs read of the machine (the JVM reads cgroups, Node cpuinfo and stat); everything else is covered, whatever
 * a kernel or a module of it puts there: kcore, keys, timer_list, acpi, scsi, sysrq-trigger.
 */
static bool is_shown(const char *name)
{
	static const char *const shown[] = { "cgroups", "cpuinfo", "filesystems", "loadavg", "meminfo",
		                             "stat",    "swaps",   "sys",         "uptime",  "version" };

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		if (strcmp(name, shown[i]) == 0)
			return true;
	}
	return false;
}

static bool is_process(const char *name)
{
	return name[0] >= '0' && name[0] <= '9';
}

/* What is gone meanwhile needs no cover. */
static int cover(int proc, const char *name, const char *with)
{
	AUTO_CLOSE int onto = openat(proc, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	AUTO_CLOSE int tree = -1;

	if (onto < 0)
		return errno == ENOENT ? 0 : -errno;
	tree = sys_open_tree(AT_FDCWD, with, OPEN_TREE_CLONE);
	return tree < 0 ? tree : sys_move_mount(tree, onto);
}

/* Links lead to what is shown of the process itself. */
static int cover_entry(int proc, const struct entry *entry)
{
	if (entry->type == DT_LNK || entry->name[0] == '.' || is_process(entry->name) || is_shown(entry->name))
		return 0;
	return cover(proc, entry->name, entry->type == DT_DIR ? EMPTY_DIRECTORY : "/dev/null");
}

static int cover_all(int proc)
{
	_Alignas(struct entry) char bytes[ENTRIES_BYTES];

	for (;;) {
		const long count = syscall(SYS_getdents64, proc, bytes, sizeof bytes);

		if (count <= 0)
			return count < 0 ? -errno : 0;
		for (long at = 0; at < count;) {
			const struct entry *entry = (const struct entry *)(const void *)(bytes + at);
			const int error = cover_entry(proc, entry);

			if (error < 0)
				return error;
			at += entry->bytes;
		}
	}
}

static int make_read_only(int proc, const char *name)
{
	const struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	AUTO_CLOSE int onto = openat(proc, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	AUTO_CLOSE int tree = sys_open_tree(proc, name, OPEN_TREE_CLONE);
	int error;

	if (onto < 0)
		return -errno;
	if (tree < 0)
		return tree;
	error = sys_mount_setattr(tree, 0, &read_only);
	return error < 0 ? error : sys_move_mount(tree, onto);
}

int full_proc_mask(void)
{
	/* no two machines have one in common, nor one machine before and after it was started anew */
	static const char boot_id[] = "sys/kernel/random/boot_id";
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error;

	if (proc < 0)
		return -errno;
	error = cover_all(proc);
	if (error == 0)
		error = make_read_only(proc, "sys");
	/* by its path: below the mount that now stands over sys */
	return error < 0 ? error : cover(proc, boot_id, "/dev/null");
}
