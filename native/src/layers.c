/*
 * The layers that the supervisor keeps. A layer is what a run wrote in its home, as a detached mount of the tmpfs that
 * it was written to: nothing is copied, and the tmpfs lives as long as somebody holds it. The ids of its files are those
 * of the container that wrote them; for another container the mount is cloned and mapped to that one's
 * (mount_setattr(2), MOUNT_ATTR_IDMAP; tmpfs since Linux 6.3). Only what stands in our own mount namespace can be
 * cloned, and what stands there every new container would see: so each tree has a mount namespace of its own, which the
 * supervisor enters for the clone. It opens nothing in the tree.
 *
 * Where the kernel has no such mounts, a layer is a copy: all that was in the home, packed by the init that saw it into a
 * sealed memory file, which the init of each run on it unpacks. Nobody here reads it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "aside.h"
#include "descriptors.h"
#include "scope.h"
#include "layers.h"
#include "supervisor.h"
#include "syscalls.h"

enum {
	PATH_BYTES = 32,
};

enum { LAYER_FLAGS = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

static struct layer *find(struct supervisor *s, uint32_t id)
{
	for (int i = 0; i < LAYERS_MAX; i++) {
		if (s->layers[i].id == id)
			return &s->layers[i];
	}
	return NULL;
}

/* Nobody takes an init's word for what it hands over: one that others are to unpack nobody may write to any more. */
static int check_copy(int file)
{
	const int wanted = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
	const int seals = fcntl(file, F_GET_SEALS);

	return seals >= 0 && (seals & wanted) == wanted ? 0 : -EPROTO;
}

static bool is_copy(int tree)
{
	struct stat status;

	return fstat(tree, &status) == 0 && S_ISREG(status.st_mode);
}

static int check_tree(int tree)
{
	struct stat status;
	struct statfs system;

	if (fstat(tree, &status) != 0 || fstatfs(tree, &system) != 0)
		return -errno;
	return S_ISDIR(status.st_mode) && system.f_type == TMPFS_MAGIC ? 0 : -EPROTO;
}

static int clone_tree(const struct supervisor *s, const struct layer_tree *tree)
{
	int clone;

	if (setns(tree->namespace, CLONE_NEWNS) != 0)
		return -errno;
	clone = sys_open_tree(tree->mount, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	return aside_leave(s, clone);
}

/* A copy of the mount, on which the ids are those of a user namespace. */
static int map_tree(const struct supervisor *s, const struct layer_tree *tree, int namespace)
{
	const struct mount_attr attributes = {
		.attr_set = LAYER_FLAGS | MOUNT_ATTR_IDMAP, .userns_fd = (unsigned int)namespace
	};
	AUTO_CLOSE int clone = clone_tree(s, tree);
	int error = clone < 0 ? clone : sys_mount_setattr(clone, 0, &attributes);

	return error < 0 ? error : steal_fd(&clone);
}

/* Since Linux 6.11 a pidfd tells; before, init's number does, which is nobody else's as long as it is not waited for. */
static int user_namespace_of(const struct container *c)
{
	char path[PATH_BYTES];
	const int asked = sys_pidfd_user_namespace(c->pidfd);
	int namespace;

	if (asked >= 0)
		return asked;
	(void)snprintf(path, sizeof path, "/proc/%d/ns/user", c->init);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	return namespace < 0 ? -errno : namespace;
}

/* Opened once more for each, since readers that share one share where they are in it. */
static int give_copy(const struct container *c, int copy)
{
	const struct init_command command = {
		.order = ORDER_LAYER, .first = c->run.limits.disk_bytes, .second = c->run.limits.inode_count
	};
	struct descriptors file = { .count = 1 };
	char path[PATH_BYTES];
	int error;

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
	file.fds[0] = open(path, O_RDONLY | O_CLOEXEC);
	if (file.fds[0] < 0)
		return -errno;
	error = descriptors_send(c->init_socket, &command, sizeof command, &file);
	descriptors_close(&file);
	return error;
}

int layers_give(struct supervisor *s, struct container *c, uint32_t id)
{
	const struct layer *layer = id == 0 ? NULL : find(s, id);
	const struct init_command command = { .order = ORDER_LAYER };
	struct descriptors trees = { .count = 0 };
	AUTO_CLOSE int namespace = -1;
	int error = 0;

	if (layer == NULL)
		return -EBADF;
	if (layer->copy)
		return give_copy(c, layer->trees[0].mount);
	namespace = user_namespace_of(c);
	if (namespace < 0)
		return namespace;
	for (uint32_t i = 0; i < layer->depth && error == 0; i++) {
		const int mapped = map_tree(s, &layer->trees[i], namespace);

		if (mapped < 0)
			error = mapped;
		else
			trees.fds[trees.count++] = mapped;
	}
	if (error == 0)
		error = descriptors_send(c->init_socket, &command, sizeof command, &trees);
	descriptors_close(&trees);
	return error;
}

/* Attaches the tree in a namespace made for it, of which only we hold a descriptor. */
static int settle(struct supervisor *s, struct layer_tree *tree)
{
	int error = aside_enter_new(s, &tree->namespace);

	return error < 0 ? error : aside_leave(s, aside_attach(tree->mount));
}

/*
 * That a layer can be used shows at once, not in the first run that wants it. The ids of its own container cannot be
 * mapped to themselves; those of others can wherever an init found that a home can stand on it (overlay.c).
 */
static int try_tree(const struct supervisor *s, const struct container *c, const struct layer_tree *tree)
{
	AUTO_CLOSE int namespace = user_namespace_of(c);
	AUTO_CLOSE int clone = namespace < 0 ? namespace : clone_tree(s, tree);

	return clone < 0 ? clone : 0;
}

static int copy_tree(const struct layer_tree *from, struct layer_tree *to)
{
	to->mount = fcntl(from->mount, F_DUPFD_CLOEXEC, 0);
	to->namespace = fcntl(from->namespace, F_DUPFD_CLOEXEC, 0);
	return to->mount < 0 || to->namespace < 0 ? -errno : 0;
}

static int stack_on(struct layer *layer, const struct layer *base)
{
	int error = 0;

	if (base->depth == LAYER_DEPTH_MAX)
		return -E2BIG;
	for (uint32_t i = 0; i < base->depth && error == 0; i++)
		error = copy_tree(&base->trees[i], &layer->trees[layer->depth++]);
	return error;
}

static void forget(struct layer *layer)
{
	for (uint32_t i = 0; i < layer->depth; i++) {
		close_fd(&layer->trees[i].mount);
		close_fd(&layer->trees[i].namespace);
	}
	memset(layer, 0, sizeof *layer);
}

static uint32_t new_number(struct supervisor *s)
{
	/* those that live are few, the numbers are many */
	do
		s->last_layer = s->last_layer == UINT32_MAX ? 1 : s->last_layer + 1;
	while (find(s, s->last_layer) != NULL);
	return s->last_layer;
}

int layers_keep(struct supervisor *s, const struct container *c, int tree, uint32_t *id)
{
	struct layer *place = find(s, 0);
	const struct layer *base = c->run.layer == 0 ? NULL : find(s, c->run.layer);
	struct layer layer = { .depth = 1, .trees = { { .mount = tree, .namespace = -1 } } };
	int error;

	layer.copy = is_copy(tree);
	error = layer.copy ? check_copy(tree) : check_tree(tree);
	if (error == 0 && place == NULL)
		error = -EMFILE;
	/* a copy has what it stood on in it */
	if (error == 0 && c->run.layer != 0 && !layer.copy)
		error = base == NULL ? -EBADF : stack_on(&layer, base);
	if (error == 0 && !layer.copy)
		error = settle(s, &layer.trees[0]);
	if (error == 0 && !layer.copy)
		error = try_tree(s, c, &layer.trees[0]);
	if (error < 0) {
		forget(&layer);
		return error;
	}
	if (s->last_layer == 0)
		pool_renew_ready(s);
	layer.id = new_number(s);
	*place = layer;
	*id = layer.id;
	return 0;
}

void layers_close(struct supervisor *s, uint32_t id)
{
	struct layer *layer = id == 0 ? NULL : find(s, id);

	if (layer != NULL)
		forget(layer);
}
