#define _GNU_SOURCE
#include "stub_channels.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "protocol.h"

/* No descriptor of a stub stands so high. */
enum { FREE_FROM = 32 };

int stub_place_channels(int *socket, const int *channels, uint32_t count)
{
	if (count == 0)
		return 0;
	if (dup3(*socket, FREE_FROM + CHANNELS_MAX, O_CLOEXEC) < 0)
		return -errno;
	*socket = FREE_FROM + CHANNELS_MAX;
	for (int i = 0; i < (int)count; i++) {
		if (dup3(channels[i], FREE_FROM + i, O_CLOEXEC) < 0)
			return -errno;
		(void)close(channels[i]);
	}
	for (int i = 0; i < (int)count; i++) {
		if (dup3(FREE_FROM + i, STREAM_CHANNEL + i, 0) < 0)
			return -errno;
	}
	return 0;
}

int stub_place_pipes(const int *channels)
{
	for (int i = 0; i < PIPE_ENDS; i++) {
		if (dup3(channels[i], i, 0) < 0)
			return -errno;
		(void)close(channels[i]);
	}
	return 0;
}

int stub_place_input(int file)
{
	if (dup3(file, STREAM_INPUT, 0) < 0)
		return -errno;
	(void)close(file);
	return 0;
}

int stub_place_all(const struct request *request, int *socket)
{
	const struct exec_request *head = &request->head;
	const uint32_t count = head->channel_count;
	int error = 0;

	if ((head->flags & EXEC_RELAY) != 0)
		return 0;
	if ((head->flags & EXEC_INPUT) != 0)
		error = stub_place_input(request->channels[count]);
	if (error < 0)
		return error;
	if ((head->flags & EXEC_PIPES) == 0)
		return stub_place_channels(socket, request->channels, count);
	error = stub_place_pipes(request->channels);
	return error < 0 ? error : stub_place_channels(socket, request->channels + PIPE_ENDS, count - PIPE_ENDS);
}
