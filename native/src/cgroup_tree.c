#include "cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_files.h"
#include "scope.h"
#include "syscalls.h"

enum {
	PROCESS_ROUNDS_MAX = 64,
	TREE_DEPTH_MAX = 4,             /* ours is three deep: the sandbox's directory, its containers', their commands' */
	REMOVE_TRIES = 100,
	LOCK_TRIES = 400,
	LOCK_PAUSE_MS = 5,
	REMOVE_PAUSE_MS = 2,
	DEATH_WAIT_MS = 2000,           /* for one killed process; those in uninterruptible sleep take longer */
};

int tree_lock(int directory)
{
	return flock(directory, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

void tree_wait_for_lock(int directory)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };

	for (int i = 0; i < LOCK_TRIES && tree_lock(directory) < 0; i++)
		nanosleep(&pause, NULL);
}

void tree_unlock(int directory)
{
	(void)flock(directory, LOCK_UN);
}

static int sweep_one(int parent, const char *name, void *context)
{
	const struct owner *self = context;
	struct owner owner;
	if (owner_parse(name, &owner) < 0 || owner.pid_namespace != self->pid_namespace || !owner_is_gone(&owner))
		return 0;
	AUTO_CLOSE int directory = file_open(parent, name, O_RDONLY | O_DIRECTORY);
	if (directory >= 0 && tree_lock(directory) == 0)
		tree_remove(parent, name);
	return 0;
}

void tree_sweep(int parent, const struct owner *self)
{
	struct owner copy = *self;
	tree_each_directory(parent, sweep_one, &copy);
}

static void close_listing(DIR **listing)
{
	if (*listing != NULL)
		closedir(*listing);
}

int tree_each_directory(int directory, int (*visit)(int parent, const char *name, void *context), void *context)
{
	AUTO_CLOSE int fd = file_open(directory, ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	__attribute__((cleanup(close_listing))) DIR *listing = fdopendir(fd);
	if (listing == NULL)
		return -errno;
	steal_fd(&fd);
	int result = 0;
	for (struct dirent *entry; result == 0 && (entry = readdir(listing)) != NULL;) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			result = visit(directory, entry->d_name, context);
	}
	return result;
}

/* One page of cgroup.procs at a time: visiting takes processes off the list, so that the next page moves up. */
static int visit_page(int directory, int (*visit)(pid_t pid, void *context), void *context, unsigned *count)
{
	char text[4096];
	/* Opened anew each time: v1 makes the list at the first read and then keeps to it. */
	int length = file_read_at(directory, "cgroup.procs", text, sizeof text);
	if (length < 0)
		return length;
	char *rest = NULL;
	*count = 0;
	/* The last line of a full page may be cut in two. */
	char *last = strrchr(text, '\n');
	if ((size_t)length == sizeof text - 1 && last != NULL)
		*last = '\0';
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		uint64_t pid;
		int error = parse_number(line, &pid);
		/* 0 stands for a process outside of our pid namespace: kill(2) would take it for our own group. */
		if (error < 0 || pid == 0 || pid > INT32_MAX)
			return error < 0 ? error : -EBUSY;
		error = visit((pid_t)pid, context);
		if (error < 0)
			return error;
		++*count;
	}
	return 0;
}

int tree_each_process(int directory, int (*visit)(pid_t pid, void *context), void *context)
{
	for (int round = 0; round < PROCESS_ROUNDS_MAX; round++) {
		unsigned count;
		int error = visit_page(directory, visit, context, &count);
		if (error < 0 || count == 0)
			return error;
	}
	return -EBUSY;
}

/* By pidfd, because its end can be waited for. */
static int kill_and_wait(pid_t pid, void *context)
{
	(void)context;
	AUTO_CLOSE int pidfd = sys_pidfd_open(pid);
	if (pidfd < 0)
		return pidfd == -ESRCH ? 0 : pidfd;
	int error = sys_pidfd_send_signal(pidfd, SIGKILL);
	if (error < 0)
		return error == -ESRCH ? 0 : error;
	struct pollfd death = { .fd = pidfd, .events = POLLIN };
	int ready = poll(&death, 1, DEATH_WAIT_MS);
	return ready < 0 ? -errno : ready == 0 ? -EBUSY : 0;
}

/* A process counts until the scheduler has left it for good, a moment after its end can be seen. */
static int remove_emptied(int parent, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		poll(NULL, 0, REMOVE_PAUSE_MS);
	}
	return -EBUSY;
}

static int remove_below(int parent, const char *name, int depth);

static int remove_child(int parent, const char *name, void *context)
{
	const int *depth = context;
	return remove_below(parent, name, *depth + 1);
}

static int remove_below(int parent, const char *name, int depth)
{
	if (depth > TREE_DEPTH_MAX)
		return -ELOOP;
	AUTO_CLOSE int directory = file_open(parent, name, O_RDONLY | O_DIRECTORY);
	if (directory < 0)
		return directory == -ENOENT ? 0 : directory;
	int error = tree_each_directory(directory, remove_child, &depth);
	if (error == 0)
		error = tree_each_process(directory, kill_and_wait, NULL);
	return error < 0 ? error : remove_emptied(parent, name);
}

int tree_remove(int parent, const char *name)
{
	AUTO_CLOSE int directory = file_open(parent, name, O_RDONLY | O_DIRECTORY);
	/* Since 5.14, v2 only. At one stroke, so that nothing can fork its way out of the loop below. */
	if (directory >= 0)
		file_write_at(directory, "cgroup.kill", "1");
	return remove_below(parent, name, 0);
}
