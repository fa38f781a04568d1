#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PACKET_MAX = 32 * 1024, SEND_BUFFER_BYTES = 8 * 1024 * 1024 };

void fuzz_require(int holds, const char *sentence)
{
	if (holds)
		return;
	fprintf(stderr, "ERROR: %s\n", sentence);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_require(text != NULL, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

uint8_t *fuzz_bytes(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size > 0 ? size : 1);

	fuzz_require(bytes != NULL, "memory");
	memcpy(bytes, data, size);
	return bytes;
}

int fuzz_socket(int type, const uint8_t *data, size_t size, int *far)
{
	const int room = SEND_BUFFER_BYTES;
	int pair[2];

	fuzz_require(socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0, "a pair of sockets");
	for (int i = 0; i < 2; i++)
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	for (size_t done = 0; done < size;) {
		const size_t packet = size - done < PACKET_MAX ? size - done : PACKET_MAX;
		const ssize_t sent = send(pair[1], data + done, packet, MSG_NOSIGNAL);

		fuzz_require(sent > 0, "room for the input");
		done += (size_t)sent;
	}
	fuzz_require(shutdown(pair[1], SHUT_WR) == 0, "the end of the input");
	*far = pair[1];
	return pair[0];
}

/* Where the one home of this process is; the target ends by exit(3) unless it has found something. */
static char path[] = "/dev/shm/mayfly-fuzz-XXXXXX";

static void remove_home(void)
{
	const int around = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	fuzz_empty(around);
	close(around);
	(void)rmdir(path);
}

int fuzz_home(int *around)
{
	int home;

	fuzz_require(mkdtemp(path) != NULL && atexit(remove_home) == 0, "a directory");
	*around = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuzz_require(*around >= 0 && mkdirat(*around, "home", 0755) == 0, "a home");
	home = openat(*around, "home", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuzz_require(home >= 0, "a home");
	return home;
}

static DIR *list(int directory)
{
	DIR *listing = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	fuzz_require(listing != NULL, "a listing");
	return listing;
}

static int is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

void fuzz_empty(int directory)
{
	DIR *listing = list(directory);

	for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
		if (!is_name(entry))
			continue;
		if (entry->d_type == DT_DIR) {
			const int below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			fuzz_empty(below);
			close(below);
		}
		(void)unlinkat(directory, entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	}
	closedir(listing);
}

unsigned fuzz_count(int directory)
{
	DIR *listing = list(directory);
	unsigned count = 0;

	for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
		count += is_name(entry) ? 1 : 0;
	closedir(listing);
	return count;
}
