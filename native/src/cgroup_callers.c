#include "cgroup_callers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_files.h"
#include "cgroup_tree.h"
#include "scope.h"

static const struct {
	uint32_t bit;
	const char *name;
} controllers_by_name[] = { { V2_MEMORY, "memory" }, { V2_PIDS, "pids" }, { V2_CPU, "cpu" }, { V2_IO, "io" } };

enum {
	CONTROLLER_NAMES = sizeof controllers_by_name / sizeof controllers_by_name[0],
	PREPARE_TRIES = 8,
	LEAF_NAME_BYTES = 32,
};

static const char leaf_prefix[] = "mayfly-callers-";

uint32_t v2_parse_controllers(const char *text)
{
	uint32_t controllers = 0;
	for (int i = 0; i < CONTROLLER_NAMES; i++) {
		if (has_word(text, controllers_by_name[i].name))
			controllers |= controllers_by_name[i].bit;
	}
	return controllers;
}

uint32_t v2_read_controllers(int directory, const char *file)
{
	char text[FILE_TEXT_BYTES];
	int length = file_read_at(directory, file, text, sizeof text);
	return length < 0 ? 0 : v2_parse_controllers(text);
}

/* `sign` is '+' or '-'. */
static int switch_controllers(int directory, uint32_t controllers, char sign)
{
	char text[64];
	int length = 0;
	for (int i = 0; i < CONTROLLER_NAMES; i++) {
		if ((controllers & controllers_by_name[i].bit) != 0)
			length += snprintf(text + length, sizeof text - (size_t)length, "%c%s ", sign,
				controllers_by_name[i].name);
	}
	return length == 0 ? 0 : file_write_at(directory, "cgroup.subtree_control", text);
}

int v2_enable(int directory, uint32_t controllers)
{
	return switch_controllers(directory, controllers, '+');
}

static bool is_usable(int directory)
{
	return (v2_read_controllers(directory, "cgroup.controllers") & V2_REQUIRED) == V2_REQUIRED &&
		faccessat(directory, "cgroup.subtree_control", W_OK, AT_EACCESS) == 0;
}

static bool is_leaf(const char *name)
{
	return strncmp(name, leaf_prefix, sizeof leaf_prefix - 1) == 0;
}

static void cut_last_name(char *path)
{
	char *slash = strrchr(path, '/');
	if (slash == NULL)
		memcpy(path, ".", sizeof ".");
	else
		*slash = '\0';
}

int v2_open_parent(int mount, const char *own)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", own);
	const char *last = strrchr(path, '/');
	/* Another sandbox of the same callers was here first. */
	if (is_leaf(last == NULL ? path : last + 1))
		cut_last_name(path);
	AUTO_CLOSE int parent = file_open(mount, path, O_RDONLY | O_DIRECTORY);
	if (parent < 0 || is_usable(parent) || !is_usable(mount))
		return parent < 0 ? parent : steal_fd(&parent);
	return file_open(mount, ".", O_RDONLY | O_DIRECTORY);
}

static int copy_leaf_name(int parent, const char *name, void *context)
{
	(void)parent;
	if (!is_leaf(name) || strlen(name) >= LEAF_NAME_BYTES)
		return 0;
	memcpy(context, name, strlen(name) + 1);
	return 1;
}

static int find_leaf(int parent, char name[LEAF_NAME_BYTES])
{
	return tree_each_directory(parent, copy_leaf_name, name);
}

static int move_process(pid_t pid, void *context)
{
	const int *members = context;
	char text[16];
	snprintf(text, sizeof text, "%d", pid);
	/* One that ended meanwhile is as good as moved. */
	return write(*members, text, strlen(text)) < 0 && errno != ESRCH ? -errno : 0;
}

int v2_move_processes(int from, int to)
{
	AUTO_CLOSE int members = file_open(to, "cgroup.procs", O_WRONLY);
	return members < 0 ? members : tree_each_process(from, move_process, &members);
}

static int open_leaf(int parent, uint32_t controllers)
{
	char name[LEAF_NAME_BYTES];
	int found = find_leaf(parent, name);
	if (found < 0)
		return found;
	if (found == 0) {
		snprintf(name, sizeof name, "%s%u", leaf_prefix, controllers);
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return file_open(parent, name, O_RDONLY | O_DIRECTORY);
}

static int try_to_prepare(int parent, uint32_t wanted)
{
	AUTO_CLOSE int leaf = open_leaf(parent, wanted);
	if (leaf < 0)
		return leaf;
	int error = v2_enable(parent, wanted);
	/* Not so at the root, and where there was nobody but us, moved already. */
	if (error == -EBUSY)
		error = v2_move_processes(parent, leaf);
	return error < 0 ? error : v2_enable(parent, wanted);
}

int v2_prepare_parent(int parent)
{
	int error = 0;
	for (int i = 0; i < PREPARE_TRIES; i++) {
		const uint32_t wanted = v2_read_controllers(parent, "cgroup.controllers") &
			~v2_read_controllers(parent, "cgroup.subtree_control");
		error = wanted == 0 ? 0 : try_to_prepare(parent, wanted);
		if (error != -EBUSY && error != -ENOENT)
			break;
	}
	return error;
}

static int is_sandbox(int parent, const char *name, void *context)
{
	struct owner owner;
	(void)parent;
	(void)context;
	return owner_parse(name, &owner) == 0;
}

void v2_restore_parent(int parent)
{
	char name[LEAF_NAME_BYTES];
	uint64_t controllers;
	if (tree_each_directory(parent, is_sandbox, NULL) != 0 || find_leaf(parent, name) != 1 ||
	    parse_number(name + sizeof leaf_prefix - 1, &controllers) < 0)
		return;
	AUTO_CLOSE int leaf = file_open(parent, name, O_RDONLY | O_DIRECTORY);
	/* -EBUSY: someone relies on them, a sandbox that was made since or a stranger. Then the leaf stays too. */
	if (leaf < 0 || switch_controllers(parent, (uint32_t)controllers, '-') < 0 || v2_move_processes(leaf, parent) < 0)
		return;
	unlinkat(parent, name, AT_REMOVEDIR);
}
