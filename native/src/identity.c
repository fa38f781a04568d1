#define _GNU_SOURCE
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "id_claim.h"
#include "inside.h"
#include "scope.h"
#include "supervisor.h"

enum {
	NUMBER_BYTES = 16,
	MAP_LINE_BYTES = 64,
};

static const uint32_t FIRST_ID = 0x70000000;

static int write_proc(const char *process, const char *name, const char *text)
{
	char path[64];
	AUTO_CLOSE int file = -1;

	(void)snprintf(path, sizeof path, "/proc/%s/%s", process, name);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	return write(file, text, strlen(text)) < 0 ? -errno : 0;
}

int identity_write_maps(const char *process, const char *users, const char *groups)
{
	int error = write_proc(process, "setgroups", "deny");

	if (error == 0 && users != NULL)
		error = write_proc(process, "uid_map", users);
	return error == 0 ? write_proc(process, "gid_map", groups) : error;
}

/* Runs newuidmap(1) or newgidmap(1): our own id becomes 0, the subordinate ones follow. 0, or -1. */
static int run_map_helper(const char *helper, pid_t pid, uint32_t own, uint32_t first, uint32_t count)
{
	char numbers[4][NUMBER_BYTES];
	const uint32_t values[] = { (uint32_t)pid, own, first, count };
	char *const environment[] = { NULL };
	int status;
	pid_t child;

	for (int i = 0; i < 4; i++)
		(void)snprintf(numbers[i], sizeof numbers[i], "%u", values[i]);
	child = fork();
	if (child == 0) {
		(void)execle(helper, helper, numbers[0], "0", numbers[1], "1", "1", numbers[2], numbers[3], (char *)NULL,
		             environment);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

/* How far the helpers came: a map is written once. */
enum {
	MAPPED_ALL = 0,
	MAPPED_NOTHING = 1,
	MAPPED_USERS = 2, /* newgidmap(1) is missing, or has no rights */
};

/* The helpers are run from outside the new namespace, by a child that was forked before and waits for it. */
static int map_subordinate(const struct configure *config, pid_t helper_of, int go)
{
	char byte;

	if (read(go, &byte, 1) != 1)
		return MAPPED_NOTHING;
	if (run_map_helper("/usr/bin/newuidmap", helper_of, geteuid(), config->sub_users_first, config->sub_users_count) != 0)
		return MAPPED_NOTHING;
	if (run_map_helper("/usr/bin/newgidmap", helper_of, getegid(), config->sub_groups_first, config->sub_groups_count) != 0)
		return MAPPED_USERS;
	return MAPPED_ALL;
}

/* A user namespace of our own, with or without subordinate ids in it. */
static int enter_user_namespace(const struct configure *config, bool *subordinate)
{
	const pid_t self = getpid();
	char users[NUMBER_BYTES + 8];
	char groups[NUMBER_BYTES + 8];
	int go[2];
	int status;
	pid_t child;

	(void)snprintf(users, sizeof users, "0 %u 1", geteuid());
	(void)snprintf(groups, sizeof groups, "0 %u 1", getegid());
	if (pipe2(go, O_CLOEXEC) != 0)
		return -errno;
	child = fork();
	if (child == 0) {
		(void)close(go[1]);
		_exit(map_subordinate(config, self, go[0]));
	}
	if (child < 0 || unshare(CLONE_NEWUSER) != 0)
		return -errno;
	if (config->sub_users_count >= 2 && config->sub_groups_count >= 2)
		(void)!write(go[1], "", 1);
	(void)close(go[1]);
	(void)close(go[0]);
	if (waitpid(child, &status, 0) != child)
		return -errno;
	*subordinate = status == 0 /* exited, with MAPPED_ALL */;
	if (*subordinate)
		return 0;
	return identity_write_maps("self", WIFEXITED(status) && WEXITSTATUS(status) == MAPPED_USERS ? NULL : users, groups);
}

/* Root of a container, as rootless ones have it, has nothing of the kind to give: user_namespaces(7). */
static bool has_ranges(void)
{
	char line[MAP_LINE_BYTES];
	FILE *map = fopen("/proc/self/uid_map", "re");
	bool found = false;

	while (map != NULL && !found && fgets(line, sizeof line, map) != NULL) {
		char *rest = line;
		const unsigned long inside = strtoul(rest, &rest, 10);

		(void)strtoul(rest, &rest, 10);
		found = inside <= FIRST_ID && FIRST_ID - inside < strtoul(rest, &rest, 10);
	}
	if (map != NULL)
		(void)fclose(map);
	return found;
}

static bool is_root_of_host(void)
{
	return geteuid() == 0 && has_ranges();
}

/* The supplementary groups would be inherited for good: setgroups is denied inside. */
static int drop_groups(void)
{
	return setgroups(0, NULL) != 0 ? -errno : 0;
}

static int open_as_user(struct identity *identity, const struct configure *config)
{
	bool subordinate = false;
	int error;

	if (prctl(PR_SET_DUMPABLE, 1) != 0)
		return -errno;
	error = enter_user_namespace(config, &subordinate);
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || error < 0)
		return error < 0 ? error : -errno;
	identity->kind = subordinate ? IDENTITY_SUBORDINATE : IDENTITY_CALLER;
	identity->pairs = (config->sub_users_count < config->sub_groups_count ? config->sub_users_count
	                                                                     : config->sub_groups_count) / 2;
	if (!subordinate)
		return 0;
	/* with every name taken, a sandbox of the same user may come to have the same ids, but rarely */
	identity->claim = id_claim_by_name(&identity->block);
	if (identity->claim < 0)
		identity->block = (uint32_t)getpid() % ID_BLOCKS;
	return drop_groups();
}

int identity_open(struct identity *identity, const struct configure *config)
{
	*identity = (struct identity){ .claim = -1, .user = config->user_id, .group = config->group_id };
	if (!is_root_of_host())
		return open_as_user(identity, config);
	identity->claim = id_claim(&identity->block);
	return identity->claim < 0 ? identity->claim : drop_groups();
}

static uint32_t range(const struct identity *identity, uint32_t slot)
{
	return FIRST_ID + (identity->block * CONTAINERS_MAX + slot) * ID_RANGE;
}

/* The first of the two: root's, the command's is the next. Number 0 of the supervisor's namespace is the caller. */
static uint32_t pair(const struct identity *identity, uint32_t slot)
{
	return 1 + (identity->block * CONTAINERS_MAX + slot) % identity->pairs * 2;
}

uint32_t identity_of_command(const struct identity *identity, uint32_t slot, uint32_t inside)
{
	switch (identity->kind) {
	case IDENTITY_RANGES:
		return range(identity, slot) + inside;
	case IDENTITY_SUBORDINATE:
		return pair(identity, slot) + 1;
	case IDENTITY_CALLER:
		break;
	}
	return 0;
}

static void describe_map(const struct identity *identity, uint32_t slot, uint32_t inside, char *text, size_t size)
{
	switch (identity->kind) {
	case IDENTITY_RANGES:
		(void)snprintf(text, size, "0 %u %d", range(identity, slot), ID_RANGE);
		break;
	case IDENTITY_SUBORDINATE:
		(void)snprintf(text, size, "0 %u 1\n%u %u 1", pair(identity, slot), inside, pair(identity, slot) + 1);
		break;
	case IDENTITY_CALLER:
		(void)snprintf(text, size, "%u 0 1", inside);
		break;
	}
}

int identity_map(const struct identity *identity, int32_t pid, uint32_t slot)
{
	char process[NUMBER_BYTES];
	char users[64];
	char groups[64];

	(void)snprintf(process, sizeof process, "%d", pid);
	describe_map(identity, slot, identity->user, users, sizeof users);
	describe_map(identity, slot, identity->group, groups, sizeof groups);
	return identity_write_maps(process, users, groups);
}

uid_t identity_of_init(const struct identity *identity)
{
	return identity->kind == IDENTITY_CALLER ? identity->user : 0;
}

bool identity_needs_dumpable(const struct identity *identity)
{
	return identity->kind != IDENTITY_RANGES;
}
