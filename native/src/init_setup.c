#define _GNU_SOURCE
#include "init_setup.h"

#include <sys/prctl.h>

#include "boot_time.h"
#include "full_proc.h"
#include "image.h"
#include "loopback.h"
#include "mounts.h"
#include "syscalls.h"
#include "transfer.h"

/* Root of the container's own user namespace. Until then the host's user ids are still in force: touch no file before. */
static int take_identity(const struct launch *launch)
{
	struct init_command mapped;
	int error = receive_exactly(launch->init_socket, &mapped, sizeof mapped);

	if (error < 0)
		return error;
	if (mapped.order != ORDER_MAPPED)
		return -EBADMSG;
	const gid_t group = launch->init_group;
	const uid_t user = launch->init_user;

	if (syscall(SYS_setresgid, group, group, group) != 0 || syscall(SYS_setresuid, user, user, user) != 0)
		return -errno;
	return 0;
}

/*
 * After the last change of ids, which clears both. A supervisor that died before shows as the end of its socket. Only
 * what is dumpable may open its own files in /proc; nobody else is in here yet, and before the stub is forked that ends.
 */
static int die_with_parent(const struct launch *launch)
{
	(void)launch;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -errno;
	return prctl(PR_SET_DUMPABLE, 1) != 0 ? -errno : 0;
}

static int name_host(const struct launch *launch)
{
	static const char host[] = "mayfly";
	static const char domain[] = "(none)";

	(void)launch;
	if (sethostname(host, sizeof host - 1) != 0 || setdomainname(domain, sizeof domain - 1) != 0)
		return -errno;
	return 0;
}

static int own_keyring(const struct launch *launch)
{
	int error = sys_join_new_session_keyring();

	(void)launch;
	return error < 0 && error != -ENOSYS ? error : 0;
}

static int own_image(const struct launch *launch)
{
	const int error = image_own_inodes(&launch->own_parts);

	if (error != -EOPNOTSUPP)
		return error;
	launch->shared->lacking |= FEATURE_IMAGE_INODES;
	return 0;
}

static int own_loopback(const struct launch *launch)
{
	return launch->loopback ? loopback_up() : 0;
}

static int own_proc(const struct launch *launch)
{
	return mount_own_proc(launch->full_proc);
}

static int masked_proc(const struct launch *launch)
{
	return launch->full_proc ? full_proc_mask() : 0;
}

static int own_disk(const struct launch *launch)
{
	return mount_disk(launch);
}

/* They are the container's from here on, and nobody else is to inherit them. */
static int host_mounts(const struct launch *launch)
{
	const int error = host_mounts_attach(launch->mounts, launch->mount_trees, launch->user, launch->group);

	for (uint32_t i = 0; i < launch->mounts->count; i++)
		(void)close(launch->mount_trees[i]);
	return error;
}

static int own_message_queues(const struct launch *launch)
{
	(void)launch;
	return mount_message_queues();
}

/* For its children: their clocks since boot stand at zero now. Ours go on, and the supervisor's with them. */
static int own_boot_time(const struct launch *launch)
{
	return launch->fresh_boot_time ? start_boot_time(&launch->shared->clock_offset_ns) : 0;
}

/* Making the container, from clone to the fork of the stub. */
static const struct set_up {
	enum step step;
	int (*run)(const struct launch *launch);
} steps[] = {
	{ STEP_IDENTITY, take_identity },
	{ STEP_PARENT_DEATH, die_with_parent },
	{ STEP_HOST_NAME, name_host },
	{ STEP_KEYRING, own_keyring },
	{ STEP_LOOPBACK, own_loopback },
	{ STEP_IMAGE, own_image },
	{ STEP_PROC, own_proc },
	{ STEP_PROC_MASK, masked_proc },
	{ STEP_DISK, own_disk },
	{ STEP_MOUNT, host_mounts },
	{ STEP_MESSAGE_QUEUES, own_message_queues },
	{ STEP_TIME_NAMESPACE, own_boot_time },
};

static const struct set_up guest_steps[] = {
	{ STEP_PARENT_DEATH, die_with_parent },
	{ STEP_PROC, own_proc },
	{ STEP_PROC_MASK, masked_proc },
};

int guest_set_up(const struct launch *launch, enum step *step)
{
	int error = 0;

	for (size_t i = 0; i < sizeof guest_steps / sizeof guest_steps[0] && error == 0; i++) {
		*step = guest_steps[i].step;
		error = guest_steps[i].run(launch);
	}
	return error;
}

int init_set_up(const struct launch *launch, enum step *step)
{
	int error = 0;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && error == 0; i++) {
		*step = steps[i].step;
		error = steps[i].run(launch);
	}
	return error;
}
