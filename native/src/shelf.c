/*
 * Where sealed blobs stand: each on a directory of its own, in a mount namespace that is nobody's root (aside.h). Only
 * what stands in a mount namespace can be cloned, and no container is to inherit it.
 */
#define _GNU_SOURCE
#include "shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside.h"
#include "new_mount.h"
#include "scope.h"
#include "syscalls.h"

enum {
	SHELF_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	NAME_BYTES = 48,
};

/* A directory on the shelf that stays empty: an overlay without an upper layer must have two lower ones. */
#define NOTHING "nothing"

static const char *name_of(uint32_t id, const char *below, char name[NAME_BYTES])
{
	(void)snprintf(name, NAME_BYTES, "%u%s", id, below);
	return name;
}

static int make_shelf(void)
{
	static const char *const options[][2] = { { "mode", "0700" }, { NULL, NULL } };
	AUTO_CLOSE int shelf = mount_create("tmpfs", options, SHELF_FLAGS);
	int error = shelf < 0 ? shelf : aside_attach(shelf);

	if (error == 0 && mkdirat(shelf, NOTHING, 0555) != 0)
		error = -errno;
	return error < 0 ? error : steal_fd(&shelf);
}

int shelf_open(struct supervisor *s)
{
	AUTO_CLOSE int namespace = -1;
	int shelf;

	if (s->store.shelf >= 0)
		return 0;
	shelf = aside_enter_new(s, &namespace);
	if (shelf < 0)
		return shelf;
	shelf = aside_leave(s, make_shelf());
	if (shelf < 0)
		return shelf;
	s->store.shelf = shelf;
	s->store.namespace = steal_fd(&namespace);
	return 0;
}

static int enter(const struct supervisor *s)
{
	return setns(s->store.namespace, CLONE_NEWNS) != 0 ? -errno : 0;
}

static int put(const struct supervisor *s, uint32_t id, int mount)
{
	char name[NAME_BYTES];
	AUTO_CLOSE int onto = -1;

	if (mkdirat(s->store.shelf, name_of(id, "", name), 0700) != 0)
		return -errno;
	onto = openat(s->store.shelf, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return onto < 0 ? -errno : sys_move_mount(mount, onto);
}

int shelf_put(const struct supervisor *s, uint32_t id, int mount)
{
	const int error = enter(s);

	return error < 0 ? error : aside_leave(s, put(s, id, mount));
}

static int take_off(const struct supervisor *s, uint32_t id)
{
	char name[NAME_BYTES];

	/* from where we stand now, which the way back forgets */
	if (fchdir(s->store.shelf) == 0)
		(void)umount2(name_of(id, "", name), MNT_DETACH | UMOUNT_NOFOLLOW);
	(void)unlinkat(s->store.shelf, name_of(id, "", name), AT_REMOVEDIR);
	return 0;
}

int shelf_take_off(const struct supervisor *s, uint32_t id)
{
	const int error = enter(s);

	return error < 0 ? error : aside_leave(s, take_off(s, id));
}

/* A mount of it, or a descriptor. Our directory is the shelf. */
static int take(uint32_t id, bool mount)
{
	char name[NAME_BYTES];
	int file;

	(void)name_of(id, "/" SHELF_CONTENT, name);
	if (mount)
		return sys_open_tree(AT_FDCWD, name, OPEN_TREE_CLONE);
	file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return file < 0 ? -errno : file;
}

/* An overlay of it, on top of it for as long as that takes. */
static int take_own(uint32_t id, bool mount)
{
	char name[NAME_BYTES];
	char layers[NAME_BYTES];
	const char *const options[][2] = { { "lowerdir", name_of(id, ":" NOTHING, layers) }, { NULL, NULL } };
	AUTO_CLOSE int overlay = mount_create("overlay", options, SHELF_FLAGS | MOUNT_ATTR_RDONLY);
	AUTO_CLOSE int onto = open(name_of(id, "", name), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int taken = overlay < 0 ? overlay : onto < 0 ? -errno : sys_move_mount(overlay, onto);

	if (taken < 0)
		return taken;
	taken = take(id, mount);
	(void)umount2(name_of(id, "", name), MNT_DETACH | UMOUNT_NOFOLLOW);
	return taken;
}

static int take_content(const struct supervisor *s, uint32_t id, bool mount)
{
	int taken;

	if (fchdir(s->store.shelf) != 0)
		return -errno;
	taken = take_own(id, mount);
	return mount_means_no_overlay(taken) ? take(id, mount) : taken;
}

int shelf_show(const struct supervisor *s, uint32_t id)
{
	const int error = enter(s);

	return error < 0 ? error : aside_leave(s, take_content(s, id, true));
}

int shelf_open_own(const struct supervisor *s, uint32_t id)
{
	const int error = enter(s);

	return error < 0 ? error : aside_leave(s, take_content(s, id, false));
}

int shelf_open_content(const struct supervisor *s, uint32_t id)
{
	char name[NAME_BYTES];
	const int file = openat(s->store.shelf, name_of(id, "/" SHELF_CONTENT, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return file < 0 ? -errno : file;
}
