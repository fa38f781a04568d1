#define _GNU_SOURCE
#include "bind.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "below.h"
#include "scope.h"
#include "syscalls.h"

/* What a bind mount covers: a directory or an empty file, like its source. */
static int make_mount_point(int parent, const char *name, int tree)
{
	struct stat status;
	AUTO_CLOSE int point = -1;

	if (fstat(tree, &status) != 0)
		return -errno;
	if (S_ISDIR(status.st_mode) && mkdirat(parent, name, 0755) != 0)
		return -errno;
	if (!S_ISDIR(status.st_mode)) {
		AUTO_CLOSE int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);

		if (file < 0)
			return -errno;
	}
	point = below_open(parent, name, O_PATH);
	return point < 0 ? point : steal_fd(&point);
}

/* A part of a directory that the caller named and others may have filled: no link below it is followed. */
static int open_part(const char *around, const char *part)
{
	AUTO_CLOSE int directory = open(around, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int found = directory < 0 ? -errno : below_open(directory, part, O_PATH);

	return found < 0 ? found : sys_open_tree(found, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
}

static int open_source(const struct plan_entry *entry)
{
	char source[PATH_MAX];
	size_t length;

	if (entry->source_bytes >= sizeof source)
		return -ENAMETOOLONG;
	memcpy(source, entry->source, entry->source_bytes);
	source[entry->source_bytes] = '\0';
	length = strlen(source);
	if (length < entry->source_bytes)
		return open_part(source, source + length + 1);
	return entry->kind == ROOT_IMAGE ? -EINVAL : sys_open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | AT_RECURSIVE);
}

/* An image is a tree of files: a socket or a named pipe in it would join containers to each other. */
static int check_source(int tree, uint32_t kind)
{
	struct stat status;

	if (fstat(tree, &status) != 0)
		return -errno;
	/* O_PATH opens a last link itself, also where none is followed */
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	if (kind == ROOT_DEVICE && !S_ISCHR(status.st_mode))
		return -ENODEV;
	return kind == ROOT_IMAGE && !S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode) ? -EINVAL : 0;
}

int bind_entry(int parent, const char *name, const struct plan_entry *entry)
{
	const bool device = entry->kind == ROOT_DEVICE;
	const uint64_t access = entry->kind == ROOT_BIND_WRITABLE ? 0 : MOUNT_ATTR_RDONLY;
	const struct mount_attr attributes = {
		.attr_set = access | MOUNT_ATTR_NOSUID | (device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV),
	};
	AUTO_CLOSE int tree = open_source(entry);
	AUTO_CLOSE int point = -1;
	int error = tree < 0 ? tree : check_source(tree, entry->kind);

	if (error == 0)
		error = sys_mount_setattr(tree, AT_RECURSIVE, &attributes);
	if (error < 0)
		return error;
	point = make_mount_point(parent, name, tree);
	return point < 0 ? point : sys_move_mount(tree, point);
}
