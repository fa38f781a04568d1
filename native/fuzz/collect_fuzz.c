/* The collect section, as init reads it: whatever it asks for, nothing comes out but regular files of the home. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect.h"
#include "fuzz.h"
#include "inside.h"

static const char secret[] = "the host's own";

static int home = -1;
static int around = -1;
static struct changes before;

static void write_file(int directory, const char *name, const char *text)
{
	const int file = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	fuzz_require(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text), "a file");
	close(file);
}

static void prepare(void)
{
	enum { ENTRIES = 100 };
	static const struct descriptors nothing = { .count = 0 };

	home = fuzz_home(&around);
	write_file(around, "secret", secret);
	write_file(home, "a", "one");
	(void)mkdirat(home, "d", 0755);
	write_file(home, "d/b", "two");
	/* what comes after has changed since */
	fuzz_require(changes_remember(&before, home, -1, &nothing, ENTRIES) == 0, "a home that is remembered");
	write_file(home, "c", "three");
	(void)symlinkat("../secret", home, "l");
	(void)symlinkat("..", home, "u");
	(void)mkfifoat(home, "f", 0644);
}

/* Records and pieces, as the supervisor takes them. A path that is asked for is told again, whatever it spells. */
static void look_at_answers(int far, bool spelt)
{
	static uint8_t packet[PACKET_BYTES];
	struct init_record record;
	ssize_t count;

	while ((count = recv(far, &record, sizeof record, MSG_DONTWAIT)) > 0) {
		fuzz_require(count == sizeof record, "a record is whole");
		if (record.kind == INIT_COLLECTED_ALL)
			return;
		fuzz_require(record.kind == INIT_COLLECTED, "a record of a piece");
		count = recv(far, packet, sizeof packet, MSG_DONTWAIT);
		fuzz_require(count > 0 && (uint64_t)count == record.bytes, "a piece is as long as its record says");
		fuzz_require(spelt || memmem(packet, (size_t)count, secret, sizeof secret - 1) == NULL, "no file of another comes out");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int far;
	const int socket = fuzz_socket(SOCK_SEQPACKET, data, size, &far);

	if (home < 0)
		prepare();
	(void)collect_files(socket, home, size, &before);
	look_at_answers(far, memmem(data, size, secret, sizeof secret - 1) != NULL);
	close(socket);
	close(far);
	return 0;
}
