/* What carries the words of two commands, between pipes whose other ends are held here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "inside.h"
#include "relay.h"
#include "scope.h"

/* One of the two, as its command would hold it. */
struct side {
	int in;
	int out;
};

struct played {
	struct side left;
	struct side right;
	int stub;               /* the supervisor's end */
	int summary;
	int transcript;
	pid_t relay;
};

static struct played start(const struct relay_request *request)
{
	int left_out[2], right_in[2], right_out[2], left_in[2], summary[2], transcript[2], stub[2];
	struct played out;

	if (pipe2(left_out, O_CLOEXEC) + pipe2(right_in, O_CLOEXEC) + pipe2(right_out, O_CLOEXEC) +
	    pipe2(left_in, O_CLOEXEC) + pipe2(summary, O_CLOEXEC) + pipe2(transcript, O_CLOEXEC) +
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stub) < 0)
		abort();
	const int ends[RELAY_ENDS] = { left_out[0], right_out[0], right_in[1], left_in[1] };
	const int others[] = { left_out[1], right_in[0], right_out[1], left_in[0], stub[0], summary[0], transcript[0] };

	for (int i = 0; i < RELAY_ENDS; i++)
		(void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
	out.relay = fork();
	if (out.relay == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
			(void)close(others[i]);
		(void)dup2(transcript[1], STDOUT_FILENO);
		(void)dup2(summary[1], STDERR_FILENO);
		(void)close(transcript[1]);
		(void)close(summary[1]);
		(void)relay_run(request, ends, stub[1], 0);
		_exit(1);
	}
	for (int i = 0; i < RELAY_ENDS; i++)
		(void)close(ends[i]);
	(void)close(summary[1]);
	(void)close(transcript[1]);
	(void)close(stub[1]);
	out.left = (struct side){ .in = left_in[0], .out = left_out[1] };
	out.right = (struct side){ .in = right_in[0], .out = right_out[1] };
	out.stub = stub[0];
	out.summary = summary[0];
	out.transcript = transcript[0];
	return out;
}

static void leave(struct side *side)
{
	close_fd(&side->in);
	close_fd(&side->out);
}

static bool hears_the_end(int in)
{
	char byte;

	return read(in, &byte, 1) == 0;
}

static bool hears(int in, const char *text)
{
	char heard[64] = "";

	return read(in, heard, sizeof heard - 1) == (ssize_t)strlen(text) && strcmp(heard, text) == 0;
}

/* Both have left: what the relay leaves. */
static struct relay_summary finish(struct played *played)
{
	struct relay_summary summary = { 0 };

	leave(&played->left);
	leave(&played->right);
	check(read(played->summary, &summary, sizeof summary) == (ssize_t)sizeof summary, "it leaves a summary");
	check(child_wait(played->relay) == 0, "it ends well");
	close_fd(&played->stub);
	close_fd(&played->summary);
	close_fd(&played->transcript);
	return summary;
}

static const struct relay_request ordinary = { .bytes_max = { 1000, 1000 } };

static void carries(void)
{
	struct played played = start(&ordinary);

	check(write(played.left.out, "one", 3) == 3 && hears(played.right.in, "one"), "what the left one writes the right one reads");
	check(write(played.right.out, "three", 5) == 5 && hears(played.left.in, "three"), "and the other way round");
	leave(&played.left);
	check(hears_the_end(played.right.in), "who reads from one that has left hears the end");
	const struct relay_summary summary = finish(&played);
	check(summary.bytes[PAIR_LEFT] == 3 && summary.bytes[PAIR_RIGHT] == 5, "it counts each way");
	check(summary.ended_first == PAIR_LEFT && summary.ended_by[0] == PAIR_LEFT && summary.ended_by[1] == PAIR_LEFT,
	      "who leaves ends both ways, and first");
}

static void closes_its_output(void)
{
	struct played played = start(&ordinary);

	close_fd(&played.left.out);
	check(hears_the_end(played.right.in), "who closes its output is heard to");
	leave(&played.right);
	check(hears_the_end(played.left.in), "and hears the other one leave");
	const struct relay_summary summary = finish(&played);
	check(summary.ended_first == PAIR_RIGHT, "who closes its output and goes on has not ended first");
	check(summary.ended_by[PAIR_LEFT] == PAIR_LEFT && summary.ended_by[PAIR_RIGHT] == PAIR_RIGHT, "each ended its own way");
}

/* Writes until nobody reads. */
static void write_in_vain(int out)
{
	while (write(out, "x", 1) == 1)
		continue;
}

static void closes_its_input(void)
{
	struct played played = start(&(struct relay_request){ .bytes_max = { UINT64_MAX / 2, UINT64_MAX / 2 } });

	close_fd(&played.left.in);
	write_in_vain(played.right.out);
	check(errno == EPIPE, "who writes to one that has closed its input is refused");
	leave(&played.right);
	write_in_vain(played.left.out);
	const struct relay_summary summary = finish(&played);
	check(summary.ended_first == PAIR_RIGHT, "who closes its input and goes on has not ended first");
	check(summary.ended_by[PAIR_RIGHT] == PAIR_LEFT, "the way that nobody read was ended by its reader");
}

static void writes_too_much(void)
{
	const struct relay_request request = { .bytes_max = { 4, 1000 }, .transcript_bytes = 1000 };
	struct played played = start(&request);
	struct stub_record record = { 0 };
	struct relay_record piece = { 0 };

	check(write(played.left.out, "12345678", 8) == 8 && hears(played.right.in, "1234"), "what one may write is passed on");
	check(recv(played.stub, &record, sizeof record, MSG_WAITALL) == (ssize_t)sizeof record && record.kind == STUB_OVER &&
	              record.index == PAIR_LEFT,
	      "more of it is told");
	check(read(played.transcript, &piece, sizeof piece) == (ssize_t)sizeof piece && piece.from == PAIR_LEFT && piece.bytes == 4,
	      "the transcript has what was passed on");
	leave(&played.left);
	check(hears_the_end(played.right.in), "then the end is heard");
	const struct relay_summary summary = finish(&played);
	check(summary.bytes[PAIR_LEFT] == 5, "one byte more is read, and no more");
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	carries();
	closes_its_output();
	closes_its_input();
	writes_too_much();
	return check_report();
}
