/* What is left when a cgroup, a sandbox or a supervisor ends: nothing. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_files.h"
#include "cgroup_support.h"
#include "cgroup_tree.h"
#include "check.h"
#include "child.h"
#include "scope.h"
#include "syscalls.h"

static void nothing_leaks(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	const size_t before = count_descriptors();
	for (int i = 0; i < 20 && make_cgroup(base, ordinary_limits(), &cgroup); i++)
		cgroup_destroy(&cgroup);
	check_equal((long long)count_descriptors(), (long long)before, "destroyed cgroups hold no descriptor");
	if (!make_cgroup(base, ordinary_limits(), &cgroup))
		return;
	cgroup_forget(&cgroup);
	check_equal((long long)count_descriptors(), (long long)before, "a forgotten cgroup holds no descriptor");
	cgroup_destroy(&cgroup);
}

/* A supervisor that dies with a process in a container; tells that process's pid. */
static void die_in_use(int report)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	if (cgroup_base_open(&base, FEATURE_IO_WEIGHT) < 0 || !make_cgroup(&base, ordinary_limits(), &cgroup))
		_exit(1);
	pid_t sleeper = fork();
	if (sleeper == 0) {
		pid_t self = getpid();
		if (cgroup_join(&cgroup) < 0 || write(report, &self, sizeof self) != sizeof self)
			_exit(1);
		/* As an init does: it keeps nothing of its supervisor's, whose lock would outlive it. */
		sys_close_range(3, ~0U, 0);
		sleep_on(0);
	}
	pause();
}

enum { SANDBOXES = 6 };

struct search {
	pid_t owner;
	int count;
};

static int count_one(int parent, const char *name, void *context)
{
	struct search *search = context;
	struct owner owner;
	(void)parent;
	search->count += owner_parse(name, &owner) == 0 && owner.pid == (uint64_t)search->owner;
	return 0;
}

/* How many directories in all hierarchies are those of a process: other sandboxes may come and go beside this test. */
static int count_directories(const struct cgroup_base *base, pid_t owner)
{
	struct search search = { .owner = owner };
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		if (base->parents[slot] >= 0)
			tree_each_directory(base->parents[slot], count_one, &search);
	}
	return search.count;
}

/* Makes and removes a cgroup each time. 0, or what went wrong: an exit status. */
static int open_and_close(int times)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	for (int i = 0; i < times; i++) {
		struct limits limits = ordinary_limits();
		int error = cgroup_base_open(&base, FEATURE_IO_WEIGHT);
		if (error == 0)
			error = cgroup_create(&base, 1, &limits, &cgroup);
		if (error < 0)
			return printf("       opening for the %dth time: %s\n", i + 1, strerror(-error)) > 0;
		if (!child_run(&cgroup, burn_cpu, 0) || cgroup_destroy(&cgroup) < 0)
			return 2;
		cgroup_base_close(&base);
	}
	return 0;
}

static void leftovers_are_swept(const struct cgroup_base *base)
{
	int report[2];
	pid_t sleeper = 0;
	if (pipe2(report, O_CLOEXEC) < 0)
		return;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t supervisor = fork();
	if (supervisor == 0)
		die_in_use(report[1]);
	check(read(report[0], &sleeper, sizeof sleeper) == sizeof sleeper, "another supervisor has a process running");
	check(count_directories(base, supervisor) > 0, "its directory stands beside ours");

	pid_t opener = fork();
	if (opener == 0)
		_exit(open_and_close(1));
	check_equal(child_wait(opener), 0, "a third supervisor opens and closes");
	check(count_directories(base, supervisor) > 0 && kill(sleeper, 0) == 0, "it leaves those of the living alone");

	kill(supervisor, SIGKILL);
	child_wait(supervisor);
	opener = fork();
	if (opener == 0)
		_exit(open_and_close(1));
	check_equal(child_wait(opener), 0, "a fourth opens and closes after the second was killed");
	check_equal(count_directories(base, supervisor), 0, "it removed what the dead one left");
	int status = child_wait(sleeper);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it killed what was running there");
	close(report[0]);
	close(report[1]);
}

/* On v2 each of them may take away what another one stands on. How many of them failed; `pids` are theirs. */
static int run_crowd(pid_t pids[SANDBOXES])
{
	enum { TIMES = 8 };
	int failures = 0;
	for (int i = 0; i < SANDBOXES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(open_and_close(TIMES));
	}
	for (int i = 0; i < SANDBOXES; i++)
		failures += child_wait(pids[i]) != 0;
	return failures;
}

static void crowds_do_not_meet(const struct cgroup_base *base)
{
	pid_t pids[SANDBOXES];
	int left = 0;
	check_equal(run_crowd(pids), 0, "sandboxes beside ours open and close at the same time");
	for (int i = 0; i < SANDBOXES; i++)
		left += count_directories(base, pids[i]);
	check_equal(left, 0, "none of them leaves anything");
}

/* On v2, where we stand and what that place gives to its children: neither may be another afterwards. */
struct place {
	char path[PATH_MAX];
	char controllers[FILE_TEXT_BYTES];
};

static void read_place(struct place *place)
{
	struct cgroup_found found;
	*place = (struct place){ .path = "" };
	if (cgroup_find(&found) < 0)
		return;
	if (found.v2 >= 0) {
		AUTO_CLOSE int own = file_open(found.v2, found.v2_path, O_RDONLY | O_DIRECTORY);
		memcpy(place->path, found.v2_path, sizeof place->path);
		if (own >= 0)
			file_read_at(own, "cgroup.subtree_control", place->controllers, sizeof place->controllers);
	}
	cgroup_found_close(&found);
}

int main(void)
{
	struct cgroup_base base;
	static struct place before, after;
	const size_t descriptors = count_descriptors();
	read_place(&before);
	if (!open_base(&base))
		return check_report();
	nothing_leaks(&base);
	leftovers_are_swept(&base);
	crowds_do_not_meet(&base);
	cgroup_base_close(&base);
	cgroup_base_close(&base);
	/* Now the last one of the crowd, whoever that is, has to leave the place as it was. */
	pid_t pids[SANDBOXES];
	check_equal(run_crowd(pids), 0, "sandboxes open and close at the same time, with none that stays");
	read_place(&after);
	check(strcmp(before.path, after.path) == 0 && strcmp(before.controllers, after.controllers) == 0,
		"closing leaves the place as it was found");
	check_equal((long long)count_descriptors(), (long long)descriptors, "closing leaves no descriptor");
	return check_report();
}
