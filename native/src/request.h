/* The exec section of a request, as the stub reads it: with the command's rights, after its filter is on. */
#ifndef MAYFLY_REQUEST_H
#define MAYFLY_REQUEST_H

#include "protocol.h"

enum { RLIMITS_MAX = 16 };

/* The request, as far as it is needed until exec. */
struct request {
	struct exec_request head;
	struct exec_rlimit rlimits[RLIMITS_MAX];
	char **argv;
	char **envp;
	const char *directory;
	struct relay_request relay;     /* with EXEC_RELAY */
	int channels[CHANNELS_MAX + 1]; /* as they came, and the file of EXEC_INPUT; not read from the section */
};

/* Reads everything but the files, which follow on the socket. 0 or -errno; -EPIPE: no request will come. */
int request_read(int socket, struct request *request);
/* Where a request is not executed. Safe on one that could not be read. */
void request_free(struct request *request);
/* Executes the command, found along its own PATH as execvp(3) does; returns only on failure, with -errno. */
int request_execute(const struct request *request);

#endif
