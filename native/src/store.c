/*
 * The store. A blob is one file in a tmpfs of its own, filled through descriptors that are closed after each piece, so
 * that no init inherits one to write by. Once it is complete the whole tmpfs becomes read-only, not only the mount: no
 * mount of it can be made writable again by anybody with fewer rights than ours, whatever else holds or fails. A
 * container is shown the file through an overlay of its own, and so through an inode of its own: locks and watches on it
 * reach nobody else (image.h). Memory is all that blobs take: that of the supervisor, and it goes with it.
 */
#define _GNU_SOURCE
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "new_mount.h"
#include "scope.h"
#include "shelf.h"
#include "supervisor.h"
#include "syscalls.h"
#include "transfer.h"

enum {
	MODES = 0555,
	STORE_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	SIZE_BYTES = 24,
};

static struct blob *find(const struct supervisor *s, uint32_t id)
{
	for (int i = 0; i < BLOBS_MAX; i++) {
		if (s->store.blobs[i].id == id)
			return &s->store.blobs[i];
	}
	return NULL;
}

static int make_content(int mount, mode_t mode)
{
	AUTO_CLOSE int file = openat(mount, SHELF_CONTENT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return file < 0 || fchmod(file, mode & MODES) != 0 ? -errno : 0;
}

static int open_blob(struct supervisor *s, struct blob *blob, const struct blob_open *wanted)
{
	char size[SIZE_BYTES];
	const char *const options[][2] = { { "size", size }, { "nr_inodes", "2" }, { "mode", "0555" }, { NULL, NULL } };
	AUTO_CLOSE int mount = -1;
	int error = shelf_open(s);

	if (error < 0)
		return error;
	(void)snprintf(size, sizeof size, "%llu", (unsigned long long)wanted->bytes_max);
	mount = mount_create("tmpfs", options, STORE_FLAGS);
	if (mount < 0)
		return mount;
	error = make_content(mount, wanted->mode);
	if (error == 0)
		blob->mount = steal_fd(&mount);
	return error;
}

static int append(struct blob *blob, const uint8_t *bytes, size_t count)
{
	AUTO_CLOSE int file = -1;
	int error;

	if (blob->sealed)
		return -EROFS;
	file = openat(blob->mount, SHELF_CONTENT, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	error = file < 0 ? -errno : write_exactly(file, bytes, count);
	if (error == 0)
		blob->bytes += count;
	return error;
}

static int make_read_only(int mount)
{
	const struct mount_attr attributes = { .attr_set = STORE_FLAGS | MOUNT_ATTR_RDONLY };
	AUTO_CLOSE int context = sys_fspick(mount, ".");
	int error = context < 0 ? context : sys_fsconfig_flag(context, "ro");

	if (error == 0)
		error = sys_fsconfig_command(context, FSCONFIG_CMD_RECONFIGURE);
	return error == 0 ? sys_mount_setattr(mount, 0, &attributes) : error;
}

static int seal(const struct supervisor *s, struct blob *blob)
{
	int error = make_read_only(blob->mount);

	if (error == 0)
		error = shelf_put(s, blob->id, blob->mount);
	if (error < 0)
		return error;
	close_fd(&blob->mount);
	blob->sealed = true;
	return 0;
}

/* Containers that it is shown in keep it for as long as they are there. */
static int forget(const struct supervisor *s, struct blob *blob)
{
	const int error = blob->sealed ? shelf_take_off(s, blob->id) : 0;

	close_fd(&blob->mount);
	*blob = (struct blob){ .id = 0, .mount = -1 };
	return error;
}

/* What could not be stored is gone. */
static int answer(struct supervisor *s, uint32_t id, struct blob *blob, int error)
{
	struct blob_stored stored = { .error = (uint32_t)-error };
	const struct part part = { &stored, sizeof stored };

	if (error == 0) {
		stored.bytes = blob->bytes;
		stored.sealed = blob->sealed ? 1 : 0;
	} else if (blob != NULL && error != -EPIPE) {
		error = forget(s, blob);
	}
	return error == -EPIPE ? error : node_send(s, FRAME_BLOB_STORED, id, &part, 1);
}

static int handle_open(struct supervisor *s, const struct frame_header *header, const uint8_t *payload)
{
	struct blob *place = find(s, 0);
	struct blob_open wanted;

	if (header->length != sizeof wanted || header->run == 0 || find(s, header->run) != NULL)
		return -EBADMSG;
	memcpy(&wanted, payload, sizeof wanted);
	if (wanted.bytes_max == 0)
		return -EBADMSG;
	if (place == NULL)
		return answer(s, header->run, NULL, -EMFILE);
	*place = (struct blob){ .id = header->run, .mount = -1 };
	return answer(s, header->run, place, open_blob(s, place, &wanted));
}

static int handle_bytes(struct supervisor *s, struct blob *blob, uint32_t id, const uint8_t *bytes, size_t count)
{
	if (blob == NULL)
		return answer(s, id, NULL, -EBADF);
	return answer(s, id, blob, count > 0 ? append(blob, bytes, count) : seal(s, blob));
}

static int handle_read(struct supervisor *s, const struct blob *blob, const struct frame_header *header,
                       const uint8_t *payload)
{
	struct buffer *passing = &s->store.passing;
	AUTO_CLOSE int file = -1;
	uint64_t offset;
	ssize_t count = 0;
	int error = buffer_reserve(passing, WINDOW_BYTES);

	if (header->length != sizeof offset)
		return -EBADMSG;
	if (error < 0)
		return error;
	memcpy(&offset, payload, sizeof offset);
	if (blob != NULL && blob->sealed && offset < blob->bytes)
		file = shelf_open_content(s, blob->id);
	if (file >= 0)
		count = pread(file, passing->data, WINDOW_BYTES, (off_t)offset);

	const struct part part = { passing->data, count > 0 ? (size_t)count : 0 };

	error = node_send(s, FRAME_BLOB_CONTENT, header->run, &part, 1);
	buffer_reset(passing);
	return error;
}

int store_handle(struct supervisor *s, const struct frame_header *header, const uint8_t *payload)
{
	struct blob *blob = header->run == 0 ? NULL : find(s, header->run);
	int error;

	if (header->type == FRAME_BLOB_OPEN)
		return handle_open(s, header, payload);
	if (header->type == FRAME_BLOB_BYTES)
		return handle_bytes(s, blob, header->run, payload, header->length);
	if (header->type == FRAME_BLOB_READ)
		return handle_read(s, blob, header, payload);
	error = blob == NULL ? 0 : forget(s, blob);
	return error == -EPIPE ? error : 0;
}

int store_show(const struct supervisor *s, uint32_t id)
{
	const struct blob *blob = id == 0 ? NULL : find(s, id);

	return blob == NULL || !blob->sealed ? -EBADF : shelf_show(s, id);
}

int store_open(const struct supervisor *s, uint32_t id)
{
	const struct blob *blob = id == 0 ? NULL : find(s, id);

	return blob == NULL || !blob->sealed ? -EBADF : shelf_open_own(s, id);
}
