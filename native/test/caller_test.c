/* Callers that a policy has killed, and one that another of its threads saves from SIGSYS. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caller.h"
#include "check.h"
#include "scope.h"

enum { AT_MOST_SECONDS = 10 };

/* Two pipes: the process says what has come about, and is told to go on. */
struct talk {
	int says[2];
	int told[2];
};

static void say(const struct talk *talk)
{
	if (write(talk->says[1], "", 1) != 1)
		_exit(90);
}

static bool hears(int from)
{
	char byte;
	return read(from, &byte, 1) == 1;
}

static sigset_t only_sigsys(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	return set;
}

/* With SIGSYS blocked: takes it off the queue of its process before the thread that it was sent to may look there. */
static void *take_sigsys(void *context)
{
	const struct timespec soon = { .tv_nsec = 1000000 };
	const sigset_t set = only_sigsys();
	while (sigtimedwait(&set, NULL, &soon) != SIGSYS)
		;
	say(context);
	return NULL;
}

/* Its first thread, of which the status tells that SIGSYS is fatal, sleeps in vfork(2) until it is told to go on. */
static _Noreturn void be_saved(struct talk *talk)
{
	const sigset_t set = only_sigsys();
	pthread_t saviour;
	alarm(AT_MOST_SECONDS);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&saviour, NULL, take_sigsys, talk) != 0)
		_exit(91);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	if (vfork() == 0) {
		say(talk);
		(void)!hears(talk->told[0]);
		_exit(0);
	}
	for (;;)
		pause();
}

static _Noreturn void be_alone(struct talk *talk)
{
	alarm(AT_MOST_SECONDS);
	say(talk);
	for (;;)
		pause();
}

static _Noreturn void be_deaf(struct talk *talk)
{
	signal(SIGSYS, SIG_IGN);
	be_alone(talk);
}

static pid_t start(void (*work)(struct talk *), struct talk *talk)
{
	if (pipe2(talk->says, O_CLOEXEC) != 0 || pipe2(talk->told, O_CLOEXEC) != 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0)
		work(talk);
	close(talk->says[1]);
	close(talk->told[0]);
	if (!hears(talk->says[0]))
		abort();
	return pid;
}

static int end_of(pid_t pid, struct talk *talk)
{
	int status = -1;
	waitpid(pid, &status, 0);
	close(talk->says[0]);
	close(talk->told[1]);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

static void dies_of_sigsys(void)
{
	struct talk talk;
	const pid_t pid = start(be_alone, &talk);
	AUTO_CLOSE int process = caller_kill(pid);
	check(process >= 0, "whom SIGSYS would kill gets it");
	caller_bury(process);
	check_equal(end_of(pid, &talk), SIGSYS, "and dies of it");
}

static void is_killed(void)
{
	struct talk talk;
	const pid_t pid = start(be_deaf, &talk);
	check_equal(caller_kill(pid), -1, "whom it would not kill is beyond rescue");
	check_equal(end_of(pid, &talk), SIGKILL, "and is killed");
}

static void is_buried(void)
{
	struct talk talk;
	const pid_t pid = start(be_saved, &talk);
	AUTO_CLOSE int process = caller_kill(pid);
	check(process >= 0 && hears(talk.says[0]), "another thread may take the SIGSYS");
	check(write(talk.told[1], "", 1) == 1, "   and the caller goes on");
	caller_bury(process);
	check_equal(end_of(pid, &talk), SIGKILL, "   and is killed all the same");
}

int main(void)
{
	dies_of_sigsys();
	is_killed();
	is_buried();
	return check_report();
}
