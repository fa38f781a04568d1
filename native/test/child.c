#include "child.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_NOT_JOINED = 120 };

pid_t child_start(const struct cgroup *cgroup, int (*work)(size_t amount), size_t amount)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(cgroup_join(cgroup) < 0 ? EXIT_NOT_JOINED : work(amount));
}

int child_wait(pid_t pid)
{
	int status = -1;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

int child_run(const struct cgroup *cgroup, int (*work)(size_t amount), size_t amount)
{
	return child_wait(child_start(cgroup, work, amount)) == 0;
}

int burn_cpu(size_t milliseconds)
{
	const long long wanted = (long long)milliseconds * 1000000;
	struct timespec used = { 0, 0 };
	while (used.tv_sec * 1000000000LL + used.tv_nsec < wanted)
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return 0;
}

int touch_memory(size_t bytes)
{
	enum { PAGE = 4096 };
	volatile char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	for (size_t at = 0; at < bytes; at += PAGE)
		memory[at] = 1;
	return 0;
}

int sleep_on(size_t unused)
{
	(void)unused;
	for (;;)
		pause();
}

int fork_up_to(size_t most)
{
	pid_t pids[64];
	int count = 0;
	while ((size_t)count + 1 < most && count < 64) {
		pids[count] = fork();
		if (pids[count] == 0)
			sleep_on(0);
		if (pids[count] < 0)
			break;
		count++;
	}
	for (int i = 0; i < count; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return count + 1;
}

int run_in_user_namespace(const struct cgroup *cgroup)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 || cgroup_join(cgroup) < 0);
	return child_wait(pid) == 0;
}

size_t count_descriptors(void)
{
	DIR *listing = opendir("/proc/self/fd");
	size_t count = 0;
	while (listing != NULL && readdir(listing) != NULL)
		count++;
	if (listing != NULL)
		closedir(listing);
	return count;
}
