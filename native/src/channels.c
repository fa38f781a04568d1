#define _GNU_SOURCE
#include "channels.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include "scope.h"
#include "syscalls.h"

void channels_close_far(struct far_ends *far)
{
	close_fd(&far->init_socket);
	close_fd(&far->stub_socket);
	for (int i = 0; i < 3; i++)
		close_fd(&far->standard[i]);
}

static int open_socket_pair(int type, int *near, int *far)
{
	int pair[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	*near = pair[0];
	*far = pair[1];
	return fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0 ? -errno : 0;
}

int channel_open(int *near, int *far)
{
	return open_socket_pair(SOCK_STREAM, near, far);
}

/* `near_end` is 0 for a pipe that we read, 1 for one that we write. */
static int open_pipe(int near_end, int *near, int *far)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) != 0)
		return -errno;
	*near = pair[near_end];
	*far = pair[1 - near_end];
	return fcntl(*near, F_SETFL, O_NONBLOCK) != 0 ? -errno : 0;
}

/* So that the command can open them again by name, /dev/stdout for one. */
static int give_pipes(const struct far_ends *far, uid_t owner, gid_t group)
{
	for (int i = 0; i < 3; i++) {
		if (fchown(far->standard[i], owner, group) != 0)
			return -errno;
	}
	return 0;
}

int channels_open(struct container *c, struct far_ends *far, uid_t owner, gid_t group)
{
	int error = open_socket_pair(SOCK_SEQPACKET, &c->init_socket, &far->init_socket);

	if (error == 0)
		error = open_socket_pair(SOCK_STREAM, &c->stub_socket, &far->stub_socket);
	if (error == 0)
		error = open_pipe(1, &c->streams[STREAM_INPUT], &far->standard[0]);
	for (int i = 1; i < 3 && error == 0; i++)
		error = open_pipe(0, &c->streams[i], &far->standard[i]);
	return error == 0 ? give_pipes(far, owner, group) : error;
}

static int map_shared(struct container *c, int file)
{
	void *page = mmap(NULL, sizeof *c->shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (page == MAP_FAILED)
		return -errno;
	c->shared = page;
	return 0;
}

/* Of a length that nobody changes any more: who holds it could else take the page from under us. */
int channels_share(struct container *c, int *file)
{
	AUTO_CLOSE int page = memfd_create("mayfly", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error;

	if (page < 0 || ftruncate(page, sizeof *c->shared) != 0 ||
	    fcntl(page, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return -errno;
	error = map_shared(c, page);
	if (error < 0)
		return error;
	*file = steal_fd(&page);
	return 0;
}

int channels_take_page(struct container *c, int file)
{
	AUTO_CLOSE int page = file;

	return map_shared(c, page);
}
