/* What is done once: the first frame is read, and everything that needs the host's view of the file system is opened. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "id_range.h"
#include "root.h"
#include "scope.h"
#include "supervisor.h"
#include "transfer.h"

/* The sections of the first frame. */
struct configuration {
	uint8_t *payload;
	uint32_t length;
	char runtime_dir[PATH_MAX];
	const uint8_t *filter;
	const uint8_t *root;
};

static int split(struct supervisor *s, struct configuration *in)
{
	struct configure *head = &s->config;
	const uint8_t *at = in->payload + sizeof *head;

	if (in->length < sizeof *head)
		return -EBADMSG;
	memcpy(head, in->payload, sizeof *head);
	if (head->version != PROTOCOL_VERSION)
		return -EPROTONOSUPPORT;
	if (in->length != sizeof *head + (uint64_t)head->runtime_dir_bytes + head->filter_bytes + head->root_bytes)
		return -EBADMSG;
	if (head->runtime_dir_bytes == 0 || head->runtime_dir_bytes >= sizeof in->runtime_dir ||
	    head->filter_bytes == 0 || head->filter_bytes % sizeof(struct sock_filter) != 0 ||
	    head->filter_bytes / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return -EBADMSG;
	memcpy(in->runtime_dir, at, head->runtime_dir_bytes);
	in->runtime_dir[head->runtime_dir_bytes] = '\0';
	in->filter = at + head->runtime_dir_bytes;
	in->root = in->filter + head->filter_bytes;
	return 0;
}

/* The payload stays mapped: the filter is used by every container, and inherited by its init. */
static int read_configuration(struct supervisor *s, struct configuration *in)
{
	struct frame_header header;
	int error = receive_exactly(s->node, &header, sizeof header);

	if (error < 0)
		return error;
	if (header.type != FRAME_CONFIGURE || header.length == 0 || header.length > FRAME_LENGTH_MAX)
		return -EBADMSG;
	in->length = header.length;
	in->payload = mmap(NULL, header.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (in->payload == MAP_FAILED)
		return -errno;
	error = receive_exactly(s->node, in->payload, header.length);
	return error < 0 ? error : split(s, in);
}

/* A filter starts at a multiple of its own size in memory of its own. */
static int keep_filter(struct supervisor *s, const struct configuration *in)
{
	void *copy = mmap(NULL, s->config.filter_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED || in->filter == NULL)
		return -ENOMEM;
	memcpy(copy, in->filter, s->config.filter_bytes);
	s->filter.len = (unsigned short)(s->config.filter_bytes / sizeof(struct sock_filter));
	s->filter.filter = copy;
	return 0;
}

static int open_loop(struct supervisor *s)
{
	sigset_t ends;

	s->containers = private_map(CONTAINERS_MAX * sizeof *s->containers);
	s->buffers = private_map(RUNS_MAX * sizeof *s->buffers);
	s->pending = private_map(PENDING_MAX * sizeof *s->pending);
	if (s->containers == NULL || s->buffers == NULL || s->pending == NULL)
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

/* The supplementary groups would be inherited for good: setgroups is denied inside. */
static int drop_groups(void)
{
	return setgroups(0, NULL) != 0 ? -errno : 0;
}

/* The features that are missing, or the name of the root's entry at fault. */
static const char *about(const struct supervisor *s, const struct configuration *in, enum step step, uint32_t entry,
                         char *text, size_t size)
{
	const uint8_t *at = in->root;
	struct root_entry head;

	text[0] = '\0';
	if (step == STEP_CGROUP_FIND)
		(void)snprintf(text, size, "%u", s->cgroups.missing);
	if (step != STEP_ROOT_ENTRY)
		return text;
	for (;;) {
		memcpy(&head, at, sizeof head);
		if (entry-- == 0)
			break;
		at += sizeof head + head.target_bytes + head.source_bytes;
	}
	(void)snprintf(text, size, "%.*s", (int)head.target_bytes, (const char *)at + sizeof head);
	return text;
}

static int set_up(struct supervisor *s, struct configuration *in, enum step *step, uint32_t *entry)
{
	int error;

	*step = STEP_PROTOCOL;
	error = read_configuration(s, in);
	if (error < 0)
		return error;
	*step = STEP_SUPERVISOR;
	error = keep_filter(s, in);
	if (error == 0)
		error = open_loop(s);
	if (error == 0)
		error = remember_runtime_dir(s, in->runtime_dir);
	if (error < 0)
		return error;
	*step = STEP_ID_RANGE;
	s->id_claim = id_range_claim(&s->id_index);
	error = s->id_claim < 0 ? s->id_claim : drop_groups();
	if (error < 0)
		return error;
	*step = STEP_CGROUP_FIND;
	error = cgroup_base_open(&s->cgroups, s->config.allow_missing);
	if (error < 0)
		return error;
	const struct root_plan plan = {
		.runtime_dir = in->runtime_dir,
		.entries = in->root,
		.count = s->config.root_count,
		.bytes = s->config.root_bytes,
	};

	error = root_enter(&plan, step, entry);
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
		.node = node, .epoll = -1, .timer = -1, .signals = -1, .runtime_parent = -1, .id_claim = -1
	};
	error = set_up(s, &in, &step, &entry);
	if (error < 0)
		(void)node_send_failure(s, 0, step, error, about(s, &in, step, entry, text, sizeof text));
	if (in.payload != NULL && in.payload != MAP_FAILED)
		(void)munmap(in.payload, in.length);
	return error;
}

void clean_up(struct supervisor *s)
{
	cgroup_base_close(&s->cgroups);
	if (s->runtime_parent >= 0)
		(void)unlinkat(s->runtime_parent, s->runtime_name, AT_REMOVEDIR);
}
