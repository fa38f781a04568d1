/* What is done once: the first frame is read, and everything that needs the host's view of the file system is opened. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "configuration.h"
#include "maker.h"
#include "plan.h"
#include "root.h"
#include "layers.h"
#include "supervisor.h"

/* Aligned memory of its own, which every init inherits. */
static void *heirloom(size_t count)
{
	void *memory = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void *keep(const void *bytes, size_t count)
{
	void *copy = heirloom(count);

	return copy == NULL ? NULL : memcpy(copy, bytes, count);
}

static int keep_filter(const uint8_t *bytes, uint32_t count, struct sock_fprog *out)
{
	out->len = (unsigned short)(count / sizeof(struct sock_filter));
	out->filter = keep(bytes, count);
	return out->filter == NULL ? -ENOMEM : 0;
}

static int keep_policy(struct supervisor *s, const struct configuration *in)
{
	int error = keep_filter(in->filter, s->config.filter_bytes, &s->filter);

	if (error < 0 || s->config.notify_count == 0)
		return error;
	s->rules = keep(in->rules, s->config.notify_count * sizeof *s->rules);
	return s->rules == NULL ? -ENOMEM : keep_filter(in->plain_filter, s->config.plain_filter_bytes, &s->plain_filter);
}

static int keep_own_parts(struct supervisor *s, const struct configuration *in)
{
	char *paths = heirloom(s->config.root_bytes + 1);

	return paths == NULL ? -ENOMEM
	                     : plan_own_parts(in->root, s->config.root_bytes, s->config.root_count, paths, &s->own_parts);
}

static int keep_mounts(struct supervisor *s, const struct configuration *in)
{
	char *paths = heirloom(s->config.root_bytes + 1);

	return paths == NULL ? -ENOMEM
	                     : plan_host_mounts(in->root, s->config.root_bytes, s->config.root_count, paths, &s->mounts);
}

static int open_loop(struct supervisor *s)
{
	sigset_t ends;

	s->containers = private_map((CONTAINERS_MAX + GUESTS_MAX) * sizeof *s->containers);
	s->buffers = private_map(RUNS_MAX * sizeof *s->buffers);
	s->pending = private_map(PENDING_MAX * sizeof *s->pending);
	s->layers = private_map(LAYERS_MAX * sizeof *s->layers);
	s->store.blobs = private_map(BLOBS_MAX * sizeof *s->store.blobs);
	if (s->containers == NULL || s->buffers == NULL || s->pending == NULL || s->layers == NULL || s->store.blobs == NULL)
		return -ENOMEM;
	s->state_counts[CONTAINER_FREE] = CONTAINERS_MAX;
	s->online_cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return -errno;
	s->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	return s->signals < 0 || s->timer < 0 || s->epoll < 0 ? -errno : 0;
}

static int watch(struct supervisor *s)
{
	int error = loop_add(s, s->node, EPOLLIN, EVENT_NODE, NULL);

	if (error == 0)
		error = loop_add(s, s->timer, EPOLLIN, EVENT_TIMER, NULL);
	return error == 0 ? loop_add(s, s->signals, EPOLLIN, EVENT_SIGNAL, NULL) : error;
}

/* So that it can be removed at the end, when the host's mounts are out of sight. */
static int remember_runtime_dir(struct supervisor *s, const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const size_t length = slash == NULL ? 0 : (size_t)(slash - path);

	if (path[0] != '/' || slash == NULL || slash[1] == '\0' || strlen(slash + 1) >= sizeof s->runtime_name)
		return -EINVAL;
	memcpy(parent, path, length);
	parent[length] = '\0';
	memcpy(s->runtime_name, slash + 1, strlen(slash + 1) + 1);
	s->runtime_parent = open(length == 0 ? "/" : parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return s->runtime_parent < 0 ? -errno : 0;
}

/* The features that are missing, or the name of the root's entry at fault. */
static const char *about(const struct supervisor *s, const struct configuration *in, enum step step, uint32_t entry,
                         char *text, size_t size)
{
	text[0] = '\0';
	if (step == STEP_CGROUP_FIND)
		(void)snprintf(text, size, "%u", s->cgroups.missing);
	if (step == STEP_ROOT_ENTRY)
		configuration_name_entry(&s->config, in, entry, text, size);
	if (step == STEP_MOUNT_IDS && entry < s->mounts.count)
		(void)snprintf(text, size, "%s", s->mounts.list[entry].target);
	return text;
}

static int prepare_mounts(struct supervisor *s, uint32_t *failed)
{
	const struct identity *identity = &s->identity;
	const struct command_ids ids = {
		.user = identity_of_command(identity, 0, identity->user),
		.group = identity_of_command(identity, 0, identity->group),
	};

	return host_mounts_prepare(&s->mounts, &ids, identity->kind == IDENTITY_CALLER, failed);
}

static int set_up(struct supervisor *s, struct configuration *in, enum step *step, uint32_t *entry)
{
	int error;

	*step = STEP_PROTOCOL;
	error = configuration_read(s->node, &s->config, in);
	if (error < 0)
		return error;
	*step = STEP_SUPERVISOR;
	error = keep_policy(s, in);
	if (error == 0)
		error = keep_own_parts(s, in);
	if (error == 0)
		error = keep_mounts(s, in);
	if (error == 0)
		error = open_loop(s);
	if (error == 0)
		error = remember_runtime_dir(s, in->runtime_dir);
	if (error < 0)
		return error;
	/* before a user namespace of our own hides whose cgroups they are */
	*step = STEP_CGROUP_FIND;
	error = cgroup_base_open(&s->cgroups, s->config.allow_missing);
	if (error < 0)
		return error;
	*step = STEP_ID_RANGE;
	error = identity_open(&s->identity, &s->config);
	if (error < 0)
		return error;
	if (s->identity.kind == IDENTITY_CALLER)
		s->lacking |= FEATURE_USER_IDS;
	const struct root_plan plan = {
		.runtime_dir = in->runtime_dir,
		.entries = in->root,
		.count = s->config.root_count,
		.bytes = s->config.root_bytes,
	};

	error = root_enter(&plan, step, entry);
	if (error < 0)
		return error;
	*step = STEP_MOUNT_IDS;
	error = prepare_mounts(s, entry);
	if (error < 0)
		return error;
	*step = STEP_SUPERVISOR;
	return watch(s);
}

int start_up(struct supervisor *s, int node)
{
	struct configuration in = { .payload = NULL };
	enum step step = STEP_NONE;
	uint32_t entry = 0;
	char text[PATH_MAX];
	int error;

	*s = (struct supervisor){
		.node = node, .maker = -1, .epoll = -1, .timer = -1, .signals = -1, .runtime_parent = -1, .own_namespace = -1,
		.store = { .namespace = -1, .shelf = -1 },
	};
	error = set_up(s, &in, &step, &entry);
	if (error < 0)
		(void)node_send_failure(s, 0, step, error, about(s, &in, step, entry, text, sizeof text));
	configuration_free(&in);
	if (error < 0)
		return error;
	error = maker_start(s);
	if (error < 0)
		(void)node_send_failure(s, 0, STEP_CLONE, error, NULL);
	return error;
}

void clean_up(struct supervisor *s)
{
	maker_stop(s);
	cgroup_base_close(&s->cgroups);
	if (s->runtime_parent >= 0)
		(void)unlinkat(s->runtime_parent, s->runtime_name, AT_REMOVEDIR);
}
