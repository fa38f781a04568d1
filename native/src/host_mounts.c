#define _GNU_SOURCE
#include "host_mounts.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "id_mapping.h"
#include "scope.h"
#include "syscalls.h"

static int map_ids(int tree, const struct host_mount *mount, const struct command_ids *ids)
{
	AUTO_CLOSE int mapping = id_mapping_open(mount->user, ids->user, mount->group, ids->group);
	const struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned int)mapping
	};

	return mapping < 0 ? mapping : sys_mount_setattr(tree, AT_RECURSIVE, &attributes);
}

static int open_one(const struct host_mount *mount, const struct command_ids *ids)
{
	AUTO_CLOSE int tree = sys_open_tree(AT_FDCWD, mount->source, OPEN_TREE_CLONE | AT_RECURSIVE);
	const int error = tree >= 0 && mount->mapped ? map_ids(tree, mount, ids) : 0;

	if (tree < 0)
		return tree;
	return error < 0 ? error : steal_fd(&tree);
}

static int prepare_one(struct host_mount *mount, const struct command_ids *ids, bool caller)
{
	AUTO_CLOSE int tree = -1;
	struct stat status;

	if (stat(mount->source, &status) != 0)
		return -errno;
	mount->user = status.st_uid;
	mount->group = status.st_gid;
	mount->mapped = true;
	tree = open_one(mount, ids);
	if (tree >= 0)
		return 0;
	/* a read-only one shows what others may read; and where the command is the caller, it may do there what that may */
	mount->mapped = false;
	return mount->writable && !caller ? tree : 0;
}

int host_mounts_prepare(struct host_mounts *mounts, const struct command_ids *ids, bool caller, uint32_t *failed)
{
	int error = 0;

	for (uint32_t i = 0; i < mounts->count && error == 0; i++) {
		error = prepare_one(&mounts->list[i], ids, caller);
		*failed = i;
	}
	return error;
}

int host_mounts_open(const struct host_mounts *mounts, const struct command_ids *ids, int trees[HOST_MOUNTS_MAX])
{
	int error = 0;

	for (uint32_t i = 0; i < HOST_MOUNTS_MAX; i++)
		trees[i] = -1;
	for (uint32_t i = 0; i < mounts->count && error == 0; i++) {
		trees[i] = open_one(&mounts->list[i], ids);
		error = trees[i] < 0 ? trees[i] : 0;
	}
	if (error < 0)
		host_mounts_close(trees);
	return error;
}

void host_mounts_close(int trees[HOST_MOUNTS_MAX])
{
	for (uint32_t i = 0; i < HOST_MOUNTS_MAX; i++)
		close_fd(&trees[i]);
}

/* Through no link: what stands in an image may lead anywhere, into our own /proc too. */
static int open_inside(int root, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS
	};

	return sys_openat2(root, path, &how);
}

static bool is_below(const char *path, const char *directory)
{
	const size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

static int copy_one(int root, const char *target)
{
	AUTO_CLOSE int top = open_inside(root, target);

	return top < 0 ? top : sys_open_tree(top, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
}

int host_mounts_copy(const struct host_mounts *mounts, const char *directory, int trees[HOST_MOUNTS_MAX])
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = root < 0 ? -errno : 0;

	for (uint32_t i = 0; i < HOST_MOUNTS_MAX; i++)
		trees[i] = -1;
	for (uint32_t i = 0; i < mounts->count && error == 0; i++) {
		if (!is_below(mounts->list[i].target, directory))
			continue;
		trees[i] = copy_one(root, mounts->list[i].target);
		error = trees[i] < 0 ? trees[i] : 0;
	}
	if (error < 0)
		host_mounts_close(trees);
	return error;
}

static int make_directory(int parent, const char *name, uid_t user, gid_t group)
{
	if (mkdirat(parent, name, 0755) != 0 || fchownat(parent, name, user, group, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	return 0;
}

static int make_file(int parent, const char *name)
{
	AUTO_CLOSE int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);

	return file < 0 ? -errno : 0;
}

/* `path` up to `end` is there now, or is made: only the container's own disk lets it. */
static int open_or_make(int root, char *path, size_t end, bool directory, uid_t user, gid_t group)
{
	const char cut = path[end];
	char *name;
	AUTO_CLOSE int parent = -1;
	int point;
	int error;

	path[end] = '\0';
	point = open_inside(root, path);
	if (point == -ENOENT) {
		name = strrchr(path, '/');
		*name = '\0';
		parent = open_inside(root, name == path ? "/" : path);
		*name = '/';
		error = parent < 0 ? parent : directory ? make_directory(parent, name + 1, user, group) : make_file(parent, name + 1);
		point = error < 0 ? error : open_inside(root, path);
	}
	path[end] = cut;
	return point;
}

static int attach_one(int root, const struct host_mount *mount, int tree, uid_t user, gid_t group)
{
	char path[PATH_MAX];
	struct stat status;
	struct stat found;
	const size_t length = strlen(mount->target);
	AUTO_CLOSE int point = -1;

	if (length >= sizeof path)
		return -ENAMETOOLONG;
	memcpy(path, mount->target, length + 1);
	if (fstat(tree, &status) != 0)
		return -errno;
	for (size_t end = 1; end <= length; end++) {
		if (path[end] != '/' && path[end] != '\0')
			continue;
		close_fd(&point);
		point = open_or_make(root, path, end, end < length || S_ISDIR(status.st_mode), user, group);
		if (point < 0)
			return point;
	}
	if (fstat(point, &found) != 0)
		return -errno;
	if (S_ISDIR(status.st_mode) != S_ISDIR(found.st_mode))
		return S_ISDIR(found.st_mode) ? -EISDIR : -ENOTDIR;
	return sys_move_mount(tree, point);
}

int host_mounts_attach(const struct host_mounts *mounts, const int trees[HOST_MOUNTS_MAX], uid_t user, gid_t group)
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = root < 0 ? -errno : 0;

	for (uint32_t i = 0; i < mounts->count && error == 0; i++) {
		if (trees[i] >= 0)
			error = attach_one(root, &mounts->list[i], trees[i], user, group);
	}
	return error;
}
