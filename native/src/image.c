#define _GNU_SOURCE
#include "image.h"

#include <limits.h>
#include <string.h>

#include "new_mount.h"
#include "scope.h"
#include "syscalls.h"

enum { IMAGE_FLAGS = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

/* What has no upper layer must have two lower ones (overlayfs.rst). */
static int make_overlay(const char *path)
{
	static const char empty[] = ":" EMPTY_DIRECTORY;
	char layers[PATH_MAX];
	const char *const options[][2] = { { "lowerdir", layers }, { NULL, NULL } };

	if (strlen(path) + sizeof empty > sizeof layers)
		return -ENAMETOOLONG;
	memcpy(stpcpy(layers, path), empty, sizeof empty);
	return mount_create("overlay", options, IMAGE_FLAGS);
}

static int attach(int mount, const char *path)
{
	AUTO_CLOSE int onto = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return onto < 0 ? -errno : sys_move_mount(mount, onto);
}

static int make_all(const struct own_parts *parts, int mounts[OWN_PARTS_MAX])
{
	const char *path = parts->paths;

	for (uint32_t i = 0; i < parts->count; i++) {
		mounts[i] = make_overlay(path);
		if (mounts[i] < 0)
			return mounts[i];
		path += strlen(path) + 1;
	}
	return 0;
}

static int attach_all(const struct own_parts *parts, const int mounts[OWN_PARTS_MAX])
{
	const char *path = parts->paths;
	int error = 0;

	for (uint32_t i = 0; i < parts->count && error == 0; i++) {
		error = attach(mounts[i], path);
		path += strlen(path) + 1;
	}
	return error;
}

/* All of them are made before the first is attached: one over a directory covers what is mounted below it. */
int image_own_inodes(const struct own_parts *parts)
{
	int mounts[OWN_PARTS_MAX];
	int error;

	if (parts->count > OWN_PARTS_MAX)
		return -E2BIG;
	for (uint32_t i = 0; i < OWN_PARTS_MAX; i++)
		mounts[i] = -1;
	error = make_all(parts, mounts);
	if (mount_means_no_overlay(error))
		error = -EOPNOTSUPP;
	if (error == 0)
		error = attach_all(parts, mounts);
	for (uint32_t i = 0; i < parts->count; i++)
		close_fd(&mounts[i]);
	return error;
}
