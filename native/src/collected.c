#define _GNU_SOURCE
#include "collected.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extent.h"
#include "transfer.h"

enum { PERMISSIONS = 0777 };

int collected_flush(struct collected_out *out)
{
	const struct init_record record = { .kind = INIT_COLLECTED, .bytes = out->used };
	int error;

	if (out->used == 0)
		return 0;
	error = send_exactly(out->socket, &record, sizeof record);
	if (error == 0)
		error = send_exactly(out->socket, out->piece, out->used);
	out->used = 0;
	return error;
}

int collected_put(struct collected_out *out, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;
	int error = 0;

	while (count > 0 && error == 0) {
		const size_t room = sizeof out->piece - out->used;
		const size_t part = count < room ? count : room;

		memcpy(out->piece + out->used, at, part);
		out->used += part;
		at += part;
		count -= part;
		if (out->used == sizeof out->piece)
			error = collected_flush(out);
	}
	return error;
}

static int put_head(struct collected_out *out, const char *path, struct collected head)
{
	const size_t path_bytes = strlen(path);
	int error;

	head.path_bytes = (uint32_t)path_bytes;
	error = collected_put(out, &head, sizeof head);
	return error == 0 ? collected_put(out, path, path_bytes) : error;
}

enum left_reason left_for_type(mode_t mode)
{
	if (S_ISLNK(mode))
		return LEFT_LINK;
	if (S_ISFIFO(mode))
		return LEFT_FIFO;
	return S_ISSOCK(mode) ? LEFT_SOCKET : LEFT_DEVICE;
}

enum left_reason left_for_error(int error)
{
	if (error == -ENOENT || error == -ENOTDIR)
		return LEFT_MISSING;
	return error == -ELOOP ? LEFT_LINK : LEFT_UNREADABLE;
}

enum entry_kind entry_kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return ENTRY_FILE;
	if (S_ISDIR(mode))
		return ENTRY_DIRECTORY;
	if (S_ISLNK(mode))
		return ENTRY_LINK;
	if (S_ISFIFO(mode))
		return ENTRY_FIFO;
	return S_ISSOCK(mode) ? ENTRY_SOCKET : ENTRY_DEVICE;
}

int collected_change(struct collected_out *out, const char *path, enum change_kind change, enum entry_kind kind)
{
	const struct collected head = {
		.kind = COLLECTED_CHANGE, .reason = (uint32_t)change, .mode = (uint32_t)kind
	};

	return put_head(out, path, head);
}

int collected_left(struct collected_out *out, const char *path, enum left_reason reason)
{
	return put_head(out, path, (struct collected){ .kind = COLLECTED_LEFT, .reason = (uint32_t)reason });
}

int collected_directory(struct collected_out *out, const char *path, mode_t mode)
{
	return put_head(out, path, (struct collected){ .kind = COLLECTED_DIRECTORY, .mode = mode & PERMISSIONS });
}

uint64_t collected_data_bytes(int file, uint64_t bytes)
{
	struct extent extent = { 0 };
	uint64_t sum = 0;

	while (next_extent(file, extent.end, bytes, &extent))
		sum += extent.end - extent.start;
	return sum;
}

/* Exactly these bytes: they were announced. Nobody but a command that still runs beside could have cut them off. */
static int put_content(struct collected_out *out, int file, const struct extent *extent)
{
	uint64_t at = extent->start;

	while (at < extent->end) {
		const uint64_t left = extent->end - at;
		const size_t room = sizeof out->piece - out->used;
		const size_t want = left < room ? (size_t)left : room;
		ssize_t count = pread(file, out->piece + out->used, want, (off_t)at);
		int error = 0;

		if (count < 0)
			return -errno;
		if (count == 0) {
			memset(out->piece + out->used, 0, want);
			count = (ssize_t)want;
		}
		out->used += (size_t)count;
		at += (uint64_t)count;
		if (out->used == sizeof out->piece)
			error = collected_flush(out);
		if (error < 0)
			return error;
	}
	return 0;
}

int collected_name(struct collected_out *out, const char *path, mode_t mode, uint64_t bytes)
{
	const struct collected_data end = { .offset = bytes };
	const struct collected head = { .kind = COLLECTED_FILE, .mode = mode & PERMISSIONS, .bytes = bytes };
	const int error = put_head(out, path, head);

	return error == 0 ? collected_put(out, &end, sizeof end) : error;
}

int collected_file(struct collected_out *out, const char *path, mode_t mode, int file, uint64_t bytes)
{
	const struct collected head = { .kind = COLLECTED_FILE, .mode = mode & PERMISSIONS, .bytes = bytes };
	const struct collected_data end = { .offset = bytes };
	struct extent extent = { 0 };
	int error = put_head(out, path, head);

	while (error == 0 && next_extent(file, extent.end, bytes, &extent)) {
		const struct collected_data data = { .offset = extent.start, .bytes = extent.end - extent.start };

		error = collected_put(out, &data, sizeof data);
		if (error == 0)
			error = put_content(out, file, &extent);
	}
	return error == 0 ? collected_put(out, &end, sizeof end) : error;
}
