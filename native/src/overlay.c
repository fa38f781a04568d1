#define _GNU_SOURCE
#include "overlay.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "home.h"
#include "mounts.h"
#include "packed.h"
#include "scope.h"
#include "syscalls.h"
#include "transfer.h"

enum { HOME_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

bool layer_is_copy(const struct descriptors *lower)
{
	struct stat status;

	return lower->count == 1 && fstat(lower->fds[0], &status) == 0 && S_ISREG(status.st_mode);
}

/* Overlayfs takes its directories as paths, which are looked up at once: from where we stand. */
static int name_directory(int context, const char *key, int at, const char *name)
{
	return fchdir(at) != 0 ? -errno : sys_fsconfig_string(context, key, name);
}

static int configure(int context, int disk, const struct descriptors *lower)
{
	/* marks of its own go to attributes that need no rights outside of the user namespace */
	int error = sys_fsconfig_flag(context, "userxattr");

	if (error == 0)
		error = name_directory(context, "upperdir", disk, DISK_HOME);
	if (error == 0)
		error = name_directory(context, "workdir", disk, DISK_STAGING);
	for (size_t i = 0; i < lower->count && error == 0; i++)
		error = name_directory(context, "lowerdir+", lower->fds[i], ".");
	return error == 0 ? sys_fsconfig_command(context, FSCONFIG_CMD_CREATE) : error;
}

/* The trees must stand in our own mount namespace: on the home, one upon the other, where the overlay covers them all. */
static int attach(const struct descriptors *lower)
{
	int error = 0;

	for (size_t i = 0; i < lower->count && error == 0; i++) {
		AUTO_CLOSE int onto = open_home();

		error = onto < 0 ? onto : sys_move_mount(lower->fds[i], onto);
	}
	return error;
}

static int cover_home(int disk, const struct descriptors *lower)
{
	AUTO_CLOSE int context = sys_fsopen("overlay");
	AUTO_CLOSE int mount = -1;
	AUTO_CLOSE int onto = -1;
	int error = context < 0 ? context : 0;

	if (error == 0 && mkdirat(disk, DISK_STAGING, 0700) != 0)
		error = -errno;
	if (error == 0)
		error = attach(lower);
	if (error == 0)
		error = configure(context, disk, lower);
	if (chdir("/") != 0 && error == 0)
		error = -errno;
	if (error < 0)
		return error;
	mount = sys_fsmount(context, HOME_FLAGS);
	if (mount < 0)
		return mount;
	onto = open_home();
	return onto < 0 ? onto : sys_move_mount(mount, onto);
}

/*
 * An overlay marks what hides things below it by attributes, which a tmpfs has since Linux 6.6; its ids can be mapped
 * since 6.3. Where that cannot be, a layer is a copy.
 */
static bool can_stand(int disk)
{
	AUTO_CLOSE int context = sys_fsopen("overlay");
	AUTO_CLOSE int home = openat(disk, DISK_HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return context >= 0 && home >= 0 && (fgetxattr(home, "user.overlay.opaque", NULL, 0) >= 0 || errno == ENODATA);
}

static int copy_home(int disk)
{
	AUTO_CLOSE int home = openat(disk, DISK_HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return home < 0 ? -errno : pack_to_memory(home);
}

static int freeze_home(int disk)
{
	const struct mount_attr read_only = { .attr_set = HOME_FLAGS | MOUNT_ATTR_RDONLY };
	AUTO_CLOSE int tree = sys_open_tree(disk, DISK_HOME, OPEN_TREE_CLONE);
	int error = tree < 0 ? tree : sys_mount_setattr(tree, 0, &read_only);

	return error < 0 ? error : steal_fd(&tree);
}

/* What of the host is mounted in the home would be covered, too: it is copied before, and attached to what covers it. */
static int cover_home_below_mounts(int disk, const struct launch *launch, const struct descriptors *lower)
{
	int trees[HOST_MOUNTS_MAX];
	int error = host_mounts_copy(launch->mounts, HOME_DIRECTORY, trees);

	if (error < 0)
		return error;
	error = cover_home(disk, lower);
	if (error == 0)
		error = host_mounts_attach(launch->mounts, trees, launch->user, launch->group);
	host_mounts_close(trees);
	return error;
}

/* What is copied is charged to nobody: it comes on top of what the run may write. */
static int fill_home(int disk, int copy, const struct init_command *limits)
{
	enum { INODES_MAX = 1 << 30 };
	const uint64_t bytes_max = UINT64_C(1) << 50;
	AUTO_CLOSE int home = openat(disk, DISK_HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct unpacking how = { .root = home, .keeps_owners = true };
	int error = home < 0 ? -errno : resize_disk(bytes_max, INODES_MAX);
	struct statfs used = { 0 };
	uint32_t index;

	if (error == 0)
		error = unpack_tree(copy, &how, &index);
	if (error == 0 && fstatfs(disk, &used) != 0)
		error = -errno;
	if (error < 0)
		return error;
	return resize_disk((uint64_t)(used.f_blocks - used.f_bfree) * (uint64_t)used.f_bsize + limits->first,
	                   used.f_files - used.f_ffree - DISK_OWN_INODES + limits->second);
}

/* What fails fails this run, and init goes on to be ended. */
int overlay_obey(int socket, int disk, const struct launch *launch, const struct init_command *limits,
                 const struct descriptors *lower)
{
	const bool copied = layer_is_copy(lower);
	const int error = copied ? fill_home(disk, lower->fds[0], limits) : cover_home_below_mounts(disk, launch, lower);
	const struct init_record record = { .kind = INIT_LAYERED, .error = (uint32_t)-error };

	return send_exactly(socket, &record, sizeof record);
}

int overlay_hand_over(int socket, int disk)
{
	struct descriptors tree = { .count = 1, .fds = { can_stand(disk) ? freeze_home(disk) : copy_home(disk) } };
	struct init_record record = { .kind = INIT_FROZEN };
	int error;

	if (tree.fds[0] < 0) {
		record.error = (uint32_t)-tree.fds[0];
		tree.count = 0;
	}
	error = descriptors_send(socket, &record, sizeof record, &tree);
	descriptors_close(&tree);
	return error;
}
