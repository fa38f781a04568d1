#define _GNU_SOURCE
#include "root.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "below.h"
#include "bind.h"
#include "new_mount.h"
#include "plan.h"
#include "scope.h"
#include "syscalls.h"

enum { PROC_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

/* Splits the target: a descriptor of its directory, and the last name in it. */
static int open_parent(int root, char *target, const char **name)
{
	char *slash = strrchr(target, '/');
	int parent;

	if (slash == NULL) {
		*name = target;
		return below_open(root, ".", O_PATH | O_DIRECTORY);
	}
	*slash = '\0';
	parent = below_open(root, target, O_PATH | O_DIRECTORY);
	*slash = '/';
	*name = slash + 1;
	return parent;
}

/* A copy has the time of what it is a copy of: caches, as Python's bytecode, are stale where it is another. */
static int set_modified(int file, uint64_t modified_ns)
{
	const struct timespec time = {
		.tv_sec = (time_t)(modified_ns / 1000000000),
		.tv_nsec = (long)(modified_ns % 1000000000),
	};
	const struct timespec times[] = { time, time };

	return modified_ns != 0 && futimens(file, times) != 0 ? -errno : 0;
}

static int write_file(int parent, const char *name, const struct plan_entry *entry)
{
	AUTO_CLOSE int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	uint32_t done = 0;

	if (file < 0)
		return -errno;
	while (done < entry->source_bytes) {
		ssize_t count = write(file, entry->source + done, entry->source_bytes - done);

		if (count < 0)
			return -errno;
		done += (uint32_t)count;
	}
	return fchmod(file, entry->mode) != 0 ? -errno : set_modified(file, entry->modified_ns);
}

static int make_directory(int parent, const char *name, const struct plan_entry *entry)
{
	if (mkdirat(parent, name, 0700) != 0)
		return -errno;
	return fchmodat(parent, name, entry->mode, 0) != 0 ? -errno : 0;
}

static int make_symlink(int parent, const char *name, const struct plan_entry *entry)
{
	char source[PATH_MAX];

	if (entry->source_bytes >= sizeof source)
		return -ENAMETOOLONG;
	memcpy(source, entry->source, entry->source_bytes);
	source[entry->source_bytes] = '\0';
	return symlinkat(source, parent, name) != 0 ? -errno : 0;
}

/* Each container is to lay an overlay over it, whose layers are named by paths that these would take apart. */
static int check_own_part(int parent, const char *name, const struct plan_entry *entry)
{
	AUTO_CLOSE int directory = below_open(parent, name, O_PATH | O_DIRECTORY);

	return strpbrk(entry->target, ":,\\") != NULL ? -EINVAL : directory < 0 ? directory : 0;
}

static int apply(int root, struct plan_entry *entry)
{
	const char *name;
	AUTO_CLOSE int parent = -1;

	/* its source was bound before; its target may come to be only in the container */
	if (entry->kind == ROOT_MOUNT)
		return 0;
	parent = open_parent(root, entry->target, &name);
	if (parent < 0)
		return parent;
	switch (entry->kind) {
	case ROOT_DIRECTORY:
		return make_directory(parent, name, entry);
	case ROOT_FILE:
		return write_file(parent, name, entry);
	case ROOT_SYMLINK:
		return make_symlink(parent, name, entry);
	case ROOT_BIND:
	case ROOT_BIND_WRITABLE:
	case ROOT_DEVICE:
	case ROOT_IMAGE:
		return bind_entry(parent, name, entry);
	case ROOT_OWN_INODES:
		return check_own_part(parent, name, entry);
	default:
		return -EINVAL;
	}
}

static int apply_plan(int root, const struct root_plan *plan, uint32_t *failed_entry)
{
	struct plan_entry entry;
	uint64_t offset = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		int64_t taken = plan_read_entry(plan->entries + offset, plan->bytes - offset, &entry);
		int error = taken < 0 ? (int)taken : apply(root, &entry);

		if (error < 0) {
			*failed_entry = i;
			return error;
		}
		offset += (uint64_t)taken;
	}
	return 0;
}

static int mount_base(const char *runtime_dir)
{
	static const char *const options[][2] = {
		{ "mode", "0755" }, { "size", "64m" }, { "nr_inodes", "65536" }, { NULL, NULL }
	};
	AUTO_CLOSE int onto = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int error = onto < 0 ? -errno : mount_new(onto, "tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

	if (error < 0)
		return error;
	error = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return error < 0 ? -errno : error;
}

/*
 * A whole proc of the supervisor's own pid namespace, for writing id maps. It stays in the template and is covered in
 * every container: the kernel mounts a new proc in a user namespace only where a whole one is already visible
 * (mount_too_revealing), and read-only here would forbid a writable one there.
 */
static int mount_proc(int root)
{
	static const char *const no_options[][2] = { { NULL, NULL } };
	const struct mount_attr flags = { .attr_set = PROC_FLAGS };
	AUTO_CLOSE int onto = below_open(root, "proc", O_PATH | O_DIRECTORY);

	int error = onto < 0 ? onto : mount_new(onto, "proc", no_options, PROC_FLAGS);
	AUTO_CLOSE int host = -1;

	/* without rights over our pid namespace: the one that is there already */
	if (error != -EPERM)
		return error;
	host = sys_open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | AT_RECURSIVE);
	if (host < 0)
		return host;
	error = sys_mount_setattr(host, AT_RECURSIVE, &flags);
	return error < 0 ? error : sys_move_mount(host, onto);
}

/* Makes `root` the root, drops the host's, and makes sure that this is where we are. */
static int pivot(int root)
{
	const struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
	struct stat wanted;
	struct stat found;
	AUTO_CLOSE int now = -1;
	int error;

	if (fstat(root, &wanted) != 0 || fchdir(root) != 0)
		return -errno;
	error = sys_pivot_root(".", ".");
	if (error < 0)
		return error;
	if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0 || stat("/", &found) != 0)
		return -errno;
	if (found.st_dev != wanted.st_dev || found.st_ino != wanted.st_ino)
		return -EXDEV;
	now = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return now < 0 ? -errno : sys_mount_setattr(now, 0, &read_only);
}

static int leave_host_mounts(void)
{
	if (unshare(CLONE_NEWNS) != 0)
		return -errno;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ? -errno : 0;
}

int root_enter(const struct root_plan *plan, enum step *step, uint32_t *failed_entry)
{
	AUTO_CLOSE int root = -1;
	int error;

	*step = STEP_NAMESPACE;
	error = leave_host_mounts();
	if (error < 0)
		return error;
	*step = STEP_ROOT_MOUNT;
	root = mount_base(plan->runtime_dir);
	if (root < 0)
		return root;
	*step = STEP_ROOT_ENTRY;
	error = apply_plan(root, plan, failed_entry);
	if (error < 0)
		return error;
	*step = STEP_ROOT_MOUNT;
	error = mount_proc(root);
	if (error < 0)
		return error;
	*step = STEP_ROOT_PIVOT;
	return pivot(root);
}
