#define _GNU_SOURCE
#include "placing.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "descriptors.h"
#include "scope.h"

/* The first entry that is left, and its path; Node wrote it, and is taken at its word only as far as it goes. */
static int first_place(const struct container *c, struct blob_place *place, const uint8_t **path)
{
	const struct buffer *left = &c->buffers->blobs;

	if (buffer_left(left) < sizeof *place)
		return -EBADMSG;
	memcpy(place, buffer_front(left), sizeof *place);
	if (place->path_bytes == 0 || place->path_bytes >= PATH_MAX ||
	    place->path_bytes > buffer_left(left) - sizeof *place)
		return -EBADMSG;
	*path = buffer_front(left) + sizeof *place;
	return 0;
}

/* As if the stub had said so: the run ends, and its report names the file. */
static int fail(struct supervisor *s, struct container *c, uint32_t file, int error)
{
	c->run.failed = (struct stub_record){
		.kind = STUB_FAILED, .step = STEP_FILES, .error = (uint32_t)-error, .index = file
	};
	run_kill(s, c, END_COMMAND);
	return 0;
}

static int order(const struct container *c, const struct blob_place *place, const uint8_t *path, int tree)
{
	const struct init_command command = { .order = ORDER_BLOB, .first = place->path_bytes };
	const struct descriptors with = { .count = 1, .fds = { tree } };
	const int error = descriptors_send(c->init_socket, &command, sizeof command, &with);

	if (error < 0)
		return error;
	return send(c->init_socket, path, place->path_bytes, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int placing_order(struct supervisor *s, struct container *c)
{
	struct blob_place place;
	const uint8_t *path;
	AUTO_CLOSE int tree = -1;
	int error = first_place(c, &place, &path);

	if (error < 0)
		return error;
	tree = store_show(s, place.blob);
	if (tree == -EPIPE)
		return tree;
	if (tree < 0)
		return fail(s, c, place.file, tree);
	run_expect_answer(s, c);
	/* an init that is dead is this run's loss and no other's: its end, or patience, brings the report */
	(void)order(c, &place, path, tree);
	return 0;
}

int placing_answered(struct supervisor *s, struct container *c, int error)
{
	struct blob_place place;
	const uint8_t *path;

	/* it was killed meanwhile, or says what nobody asked it for */
	if (c->state != CONTAINER_PLACING || c->run.give_up_ns == 0 || first_place(c, &place, &path) < 0)
		return 0;
	c->run.give_up_ns = 0;
	if (error < 0)
		return fail(s, c, place.file, error);
	buffer_take(&c->buffers->blobs, sizeof place + place.path_bytes);
	return run_placed(s, c);
}

int placing_open_input(struct supervisor *s, struct container *c, uint32_t blob)
{
	int file = blob == 0 ? -1 : store_open(s, blob);

	if (blob == 0)
		return 0;
	if (file < 0)
		return file;
	c->run.channels_far[c->run.channel_count] = file;
	c->run.has_input = true;
	return 0;
}
