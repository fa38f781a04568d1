/* The cgroup code on the real kernel, whichever version this host has. Needs the right to make cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_files.h"
#include "cgroup_find.h"
#include "cgroup_tree.h"
#include "check.h"
#include "child.h"
#include "scope.h"
#include "syscalls.h"

static const uint64_t MiB = 1024 * 1024;

static struct limits ordinary(void)
{
	return (struct limits){ .memory_bytes = 256 * 1024 * 1024, .process_count = 64, .cpus = 1, .cpu_weight = 25,
		.io_weight = 10 };
}

static bool make(const struct cgroup_base *base, struct limits limits, struct cgroup *out)
{
	static uint32_t number;
	int error = cgroup_create(base, ++number, &limits, out);
	if (error < 0) {
		check_equal(error, 0, "a cgroup can be made");
		return false;
	}
	return true;
}

/* The directory of a container's cgroup that a controller is in. */
static int directory_of(const struct cgroup *cgroup, enum controller controller)
{
	if (cgroup->base->version == 2)
		return cgroup->directories[0];
	int slot = home_of(cgroup->base->present, controller);
	return slot < 0 ? -1 : cgroup->directories[slot];
}

static bool reads(const struct cgroup *cgroup, enum controller controller, const char *v1, const char *v2,
	const char *expected)
{
	char text[FILE_TEXT_BYTES] = "";
	file_read_at(directory_of(cgroup, controller), cgroup->base->version == 2 ? v2 : v1, text, sizeof text);
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, expected) != 0)
		printf("       %s: got %s, expected %s\n", cgroup->base->version == 2 ? v2 : v1, text, expected);
	return strcmp(text, expected) == 0;
}

static bool v2(const struct cgroup_base *base)
{
	return base->version == 2;
}

static void limits_are_written(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct limits limits = ordinary();
	if (!make(base, limits, &cgroup))
		return;
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "268435456"), "memory is limited");
	check(reads(&cgroup, CONTROLLER_PIDS, "pids.max", "pids.max", "64"), "processes are limited");
	check(reads(&cgroup, CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max", v2(base) ? "100000 100000" : "100000"),
		"one CPU is a quota of the whole period");
	check(reads(&cgroup, CONTROLLER_CPU, "cpu.shares", "cpu.weight", v2(base) ? "25" : "256"),
		"a weight of 25 is a quarter of the default");
	if (v2(base))
		check(reads(&cgroup, CONTROLLER_MEMORY, "", "memory.oom.group", "1"), "the group is killed together");
	else
		check(reads(&cgroup, CONTROLLER_MEMORY, "memory.swappiness", "", "0"), "swappiness is 0");
	if (file_exists_at(directory_of(&cgroup, CONTROLLER_MEMORY), "memory.memsw.limit_in_bytes"))
		check(reads(&cgroup, CONTROLLER_MEMORY, "memory.memsw.limit_in_bytes", "", "268435456"),
			"swap is within the limit on memory");
	if ((base->missing & FEATURE_IO_WEIGHT) == 0)
		check(reads(&cgroup, CONTROLLER_IO, "blkio.bfq.weight", "io.weight", v2(base) ? "default 10" : "10"),
			"the weight of IO is written");
	else
		skip("the weight of IO is written", "this kernel has none");
	check_equal(cgroup_destroy(&cgroup), 0, "an empty cgroup can be removed");
}

static void limits_change(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct limits limits = ordinary();
	if (!make(base, limits, &cgroup))
		return;
	limits.memory_bytes = 32 * MiB;
	limits.process_count = 7;
	limits.cpus = 0.5;
	check_equal(cgroup_set_limits(&cgroup, &limits), 0, "limits can be lowered");
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "33554432") &&
			reads(&cgroup, CONTROLLER_PIDS, "pids.max", "pids.max", "7") &&
			reads(&cgroup, CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max", v2(base) ? "50000 100000" : "50000"),
		"lowered limits are in force");
	limits.memory_bytes = 512 * MiB;
	limits.cpu_weight = 100;
	check_equal(cgroup_set_limits(&cgroup, &limits), 0, "limits can be raised");
	check(reads(&cgroup, CONTROLLER_MEMORY, "memory.limit_in_bytes", "memory.max", "536870912") &&
			reads(&cgroup, CONTROLLER_CPU, "cpu.shares", "cpu.weight", v2(base) ? "100" : "1024"),
		"raised limits are in force");
	cgroup_destroy(&cgroup);
}

static void counters_count(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters;
	uint64_t cpu = 1;
	if (!make(base, ordinary(), &cgroup))
		return;
	check(child_run(&cgroup, burn_cpu, 20), "a child joins, works and ends");
	check_equal(cgroup_start_counting(&cgroup), 0, "counting begins");
	check(cgroup_read_cpu_ns(&cgroup, &cpu) == 0 && cpu == 0, "what was used before does not count");
	check(child_run(&cgroup, burn_cpu, 60) && child_run(&cgroup, touch_memory, 24 * MiB), "children use something");
	check_equal(cgroup_read(&cgroup, &counters), 0, "the counters can be read");
	check_between((double)counters.cpu_ns / 1e6, 60, 600, "CPU time is at least what the children counted");
	check_equal((long long)(counters.user_ns + counters.system_ns), (long long)counters.cpu_ns,
		"user and system time add up");
	check_between((double)counters.memory_peak_bytes, 24.0 * (double)MiB, 40.0 * (double)MiB,
		"the peak of memory is what was touched");
	check_between((double)counters.process_peak_count, cgroup.files[7] < 0 ? 0 : 1, 1,
		"one process at a time is a peak of one");
	check(counters.oom_kill_count == 0 && counters.process_max_count == 0, "nothing was refused");
	cgroup_destroy(&cgroup);
}

static void quota_throttles(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary();
	limits.cpus = 0.2;
	if (!make(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	check(child_run(&cgroup, burn_cpu, 100) && cgroup_read(&cgroup, &counters) == 0 && counters.throttled_ns > 0,
		"a fifth of a CPU throttles a busy loop");
	cgroup_destroy(&cgroup);
}

static void processes_are_refused(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary();
	limits.process_count = 4;
	if (!make(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	int status = child_wait(child_start(&cgroup, fork_up_to, 10));
	check_equal(WEXITSTATUS(status), 4, "no more processes than the limit");
	cgroup_read(&cgroup, &counters);
	check(counters.process_max_count >= 1, "a fork that was refused is counted");
	check_equal((long long)counters.process_peak_count, 4, "the peak of processes is the limit");
	cgroup_destroy(&cgroup);
}

/* Waits for the event as the supervisor does; what cgroup_take_event said last. */
static int await_oom(struct cgroup *cgroup)
{
	uint32_t events = 0;
	int watched = cgroup_event(cgroup, &events);
	AUTO_CLOSE int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };
	if (watched < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event) < 0)
		return -errno;
	for (;;) {
		int ready = epoll_wait(poller, &event, 1, 10000);
		int seen = ready == 1 ? cgroup_take_event(cgroup) : -ETIME;
		if (seen != 0)
			return seen;
	}
}

static bool is_ready(const struct cgroup *cgroup)
{
	uint32_t events = 0;
	int watched = cgroup_event(cgroup, &events);
	AUTO_CLOSE int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };
	epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event);
	return epoll_wait(poller, &event, 1, 0) == 1;
}

static void hog_is_killed(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	struct cgroup_counters counters = { 0 };
	struct limits limits = ordinary();
	limits.memory_bytes = 16 * MiB;
	if (!make(base, limits, &cgroup))
		return;
	cgroup_start_counting(&cgroup);
	check(!is_ready(&cgroup), "there is no event before memory runs out");
	pid_t hog = child_start(&cgroup, touch_memory, 128 * MiB);
	check_equal(await_oom(&cgroup), 1, "the event tells that memory ran out");
	int status = child_wait(hog);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a hog is killed");
	check(cgroup_read(&cgroup, &counters) == 0 && counters.oom_kill_count >= 1, "the kernel counts the kill");
	check_between((double)counters.memory_peak_bytes, 15.0 * (double)MiB, 16.0 * (double)MiB,
		"the peak stays within the limit");
	cgroup_take_event(&cgroup);
	check(!is_ready(&cgroup), "an event that was taken is not there again");
	cgroup_destroy(&cgroup);
}

static int joined_last(const struct cgroup *cgroup)
{
	int slot = CGROUP_HIERARCHIES - 1;
	while (slot > 0 && cgroup->directories[slot] < 0)
		slot--;
	return cgroup->directories[slot];
}

static void joining(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	if (!make(base, ordinary(), &cgroup))
		return;
	check(run_in_user_namespace(&cgroup), "a process in a user namespace of its own can join");
	pid_t sleeper = child_start(&cgroup, sleep_on, 0);
	char text[64] = "";
	while (text[0] == '\0')
		file_read_at(joined_last(&cgroup), "cgroup.procs", text, sizeof text);
	check_equal(atoi(text), sleeper, "who joined is listed");
	check_equal(cgroup_destroy(&cgroup), -EBUSY, "a cgroup with a process in it stays");
	kill(sleeper, SIGKILL);
	child_wait(sleeper);
	check_equal(cgroup_destroy(&cgroup), 0, "it can be removed once that is dead");
	check_equal(cgroup_destroy(&cgroup), 0, "removing it again is no error");
}

static void nothing_leaks(const struct cgroup_base *base)
{
	struct cgroup cgroup;
	const size_t before = count_descriptors();
	for (int i = 0; i < 20 && make(base, ordinary(), &cgroup); i++)
		cgroup_destroy(&cgroup);
	check_equal((long long)count_descriptors(), (long long)before, "destroyed cgroups hold no descriptor");
	if (!make(base, ordinary(), &cgroup))
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
	if (cgroup_base_open(&base, FEATURE_IO_WEIGHT) < 0 || !make(&base, ordinary(), &cgroup))
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

static int count_one(int parent, const char *name, void *context)
{
	struct owner owner;
	(void)parent;
	*(int *)context += owner_parse(name, &owner) == 0;
	return 0;
}

/* How many sandboxes' directories there are in all hierarchies. */
static int count_directories(const struct cgroup_base *base)
{
	int count = 0;
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		if (base->parents[slot] >= 0)
			tree_each_directory(base->parents[slot], count_one, &count);
	}
	return count;
}

static void leftovers_are_swept(const struct cgroup_base *base)
{
	int report[2];
	pid_t sleeper = 0;
	if (pipe2(report, O_CLOEXEC) < 0)
		return;
	const int before = count_directories(base);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t supervisor = fork();
	if (supervisor == 0)
		die_in_use(report[1]);
	check(read(report[0], &sleeper, sizeof sleeper) == sizeof sleeper, "another supervisor has a process running");
	check(count_directories(base) > before, "its directory stands beside ours");

	struct cgroup_base second;
	pid_t opener = fork();
	if (opener == 0)
		_exit(cgroup_base_open(&second, FEATURE_IO_WEIGHT) == 0 ? (cgroup_base_close(&second), 0) : 1);
	check_equal(child_wait(opener), 0, "a third supervisor opens and closes");
	check(count_directories(base) > before && kill(sleeper, 0) == 0, "it leaves those of the living alone");

	kill(supervisor, SIGKILL);
	child_wait(supervisor);
	opener = fork();
	if (opener == 0)
		_exit(cgroup_base_open(&second, FEATURE_IO_WEIGHT) == 0 ? (cgroup_base_close(&second), 0) : 1);
	check_equal(child_wait(opener), 0, "a fourth opens and closes after the second was killed");
	check_equal(count_directories(base), before, "it removed what the dead one left");
	int status = child_wait(sleeper);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it killed what was running there");
	close(report[0]);
	close(report[1]);
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
	setvbuf(stdout, NULL, _IONBF, 0);
	const size_t descriptors = count_descriptors();
	read_place(&before);
	int error = cgroup_base_open(&base, FEATURE_IO_WEIGHT);
	if (error < 0) {
		printf("missing features: %#x\n", base.missing);
		skip("cgroups can be used", strerror(-error));
		return check_report();
	}
	printf("cgroup v%u, missing features %#x\n", base.version, base.missing);
	limits_are_written(&base);
	limits_change(&base);
	joining(&base);
	counters_count(&base);
	quota_throttles(&base);
	processes_are_refused(&base);
	hog_is_killed(&base);
	nothing_leaks(&base);
	leftovers_are_swept(&base);
	cgroup_base_close(&base);
	cgroup_base_close(&base);
	read_place(&after);
	check(strcmp(before.path, after.path) == 0 && strcmp(before.controllers, after.controllers) == 0,
		 "closing leaves the place as it was found");
	check_equal((long long)count_descriptors(), (long long)descriptors, "closing leaves no descriptor");
	return check_report();
}
