/* Files that a command left: regular ones come out, everything else only as the reason why not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "collect.h"
#include "inside.h"
#include "scope.h"
#include "scratch.h"

/* What was told of one entry, and what of it is data. */
struct told {
	struct collected head;
	char path[256];
	char content[64];
};

struct answer {
	int error;
	bool ended;             /* by INIT_COLLECTED_ALL, and a whole entry before it */
	size_t count;
	struct told entries[32];
};

static struct pieces section(const char *pattern, uint64_t data_bytes_max, uint32_t entry_count_max, uint32_t flags)
{
	struct pieces pieces = { .count = 0 };
	const struct collect_request head = {
		.pattern_count = 1, .strings_bytes = (uint32_t)strlen(pattern) + 1, .data_bytes_max = data_bytes_max,
		.entry_count_max = entry_count_max, .flags = flags,
	};
	pieces_add(&pieces, &head, sizeof head);
	pieces_add(&pieces, pattern, strlen(pattern) + 1);
	return pieces;
}

/* The pieces put together again; whether the end followed. */
static bool receive_stream(int far, struct pieces *stream)
{
	static uint8_t packet[PACKET_BYTES];
	struct init_record record;

	while (recv(far, &record, sizeof record, MSG_DONTWAIT) == sizeof record) {
		if (record.kind == INIT_COLLECTED_ALL)
			return true;
		const ssize_t count = recv(far, packet, sizeof packet, MSG_DONTWAIT);

		if (record.kind != INIT_COLLECTED || count != (ssize_t)record.bytes)
			return false;
		pieces_add(stream, packet, (size_t)count);
	}
	return false;
}

/* Reads one entry; where the next one starts, or 0. */
static size_t read_entry(const struct pieces *stream, size_t at, struct told *told)
{
	struct collected_data data = { .bytes = 0 };

	if (at + sizeof told->head > stream->count)
		return 0;
	memcpy(&told->head, stream->bytes + at, sizeof told->head);
	at += sizeof told->head;
	snprintf(told->path, sizeof told->path, "%.*s", (int)told->head.path_bytes, (const char *)stream->bytes + at);
	at += told->head.path_bytes;
	memset(told->content, '.', sizeof told->content - 1);
	told->content[told->head.bytes < sizeof told->content ? told->head.bytes : sizeof told->content - 1] = '\0';
	do {
		if (told->head.kind != COLLECTED_FILE)
			break;
		memcpy(&data, stream->bytes + at, sizeof data);
		at += sizeof data;
		for (uint64_t i = 0; i < data.bytes; i++) {
			if (data.offset + i < sizeof told->content - 1)
				told->content[data.offset + i] = (char)stream->bytes[at + i];
		}
		at += data.bytes;
	} while (data.bytes > 0);
	return at;
}

static struct answer collect(int home, struct pieces pieces)
{
	enum { PATIENCE_S = 5 };
	struct pieces stream = { .count = 0 };
	struct answer answer = { .error = 0 };
	size_t at = 0;
	int far;
	AUTO_CLOSE int socket = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count, &far);
	alarm(PATIENCE_S);
	answer.error = collect_files(socket, home, pieces.count, NULL);
	alarm(0);
	answer.ended = receive_stream(far, &stream);
	close(far);
	while (at < stream.count && answer.count < sizeof answer.entries / sizeof answer.entries[0]) {
		at = read_entry(&stream, at, &answer.entries[answer.count++]);
		if (at == 0 || at > stream.count) {
			answer.ended = false;
			break;
		}
	}
	return answer;
}

static struct answer collect_pattern(int home, const char *pattern)
{
	return collect(home, section(pattern, 1000, 30, COLLECT_WHOLE));
}

static const struct told *find(const struct answer *answer, const char *path)
{
	for (size_t i = 0; i < answer->count; i++) {
		if (strcmp(answer->entries[i].path, path) == 0)
			return &answer->entries[i];
	}
	return NULL;
}

static void refused(int home, const char *pattern, uint32_t reason, const char *sentence)
{
	const struct answer answer = collect_pattern(home, pattern);
	const struct told *told = find(&answer, pattern + 1);
	check(answer.ended && answer.count == 1 && told != NULL && told->head.kind == COLLECTED_LEFT, sentence);
	check_equal(told == NULL ? 0 : told->head.reason, reason, "   and the reason says why");
}

static void make_odd_files(int home)
{
	AUTO_CLOSE int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	symlinkat("../secret", home, "link");
	symlinkat("..", home, "up");
	mkfifoat(home, "fifo", 0644);
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", home);
	if (bind(socket_file, (const struct sockaddr *)&address, sizeof address) != 0)
		perror("socket");
}

static void odd_files(int home)
{
	refused(home, "=link", LEFT_LINK, "a link is not followed");
	refused(home, "=up/secret", LEFT_LINK, "no path goes through a link");
	refused(home, "=../secret", LEFT_UNREADABLE, "no path leads out of the home");
	refused(home, "=/etc/passwd", LEFT_UNREADABLE, "no path starts at the root");
	refused(home, "=fifo", LEFT_FIFO, "a FIFO is not waited for");
	refused(home, "=socket", LEFT_SOCKET, "a socket is no file");
	refused(home, "=nowhere", LEFT_MISSING, "what is not there is told as that");
	refused(home, "=", LEFT_MISSING, "no name is no file");
	if (mknodat(home, "device", S_IFCHR | 0666, makedev(1, 5)) == 0)
		refused(home, "=device", LEFT_DEVICE, "a device is not read");
	else
		skip("a device is not read", "only root makes one");
}

static void check_file(const struct answer *answer, const char *path, const char *content, const char *sentence)
{
	const struct told *told = find(answer, path);

	check(answer->ended && told != NULL && told->head.kind == COLLECTED_FILE && strcmp(told->content, content) == 0, sentence);
}

static void regular_files(int home)
{
	const struct answer whole = collect_pattern(home, "=a"), exact = collect(home, section("=a", 7, 1, COLLECT_WHOLE));
	check_file(&whole, "a", "content", "a regular file comes out whole");
	check_file(&exact, "a", "content", "a file may be as large as there is room");
	const struct answer larger = collect(home, section("=a", 6, 1, COLLECT_WHOLE));
	check(larger.ended && larger.entries[0].head.reason == LEFT_TOO_LARGE, "a file larger than that is told as that");
	const struct answer empty = collect(home, section("=empty", 0, 1, COLLECT_WHOLE));
	check_file(&empty, "empty", "", "an empty file needs no room");
}

static void holes(int home)
{
	AUTO_CLOSE int file = openat(home, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	check(ftruncate(file, 1 << 30) == 0 && pwrite(file, "end", 3, (1 << 30) - 3) == 3, "a file of a gibibyte with one page of data");
	const struct answer cheap = collect(home, section("=sparse", 1 << 16, 1, 0));
	check(cheap.ended && cheap.entries[0].head.kind == COLLECTED_FILE && cheap.entries[0].head.bytes == 1 << 30,
		"a hole costs nothing where holes stay holes");
	check_equal(cheap.entries[0].head.mode, 0640, "   and the mode comes along");
	const struct answer dear = collect(home, section("=sparse", 1 << 16, 1, COLLECT_WHOLE));
	check(dear.ended && dear.entries[0].head.reason == LEFT_TOO_LARGE, "a hole costs its length where it is to be filled");
	unlinkat(home, "sparse", 0);
}

static void directories(int home)
{
	const struct answer below = collect_pattern(home, "=d"), glob = collect_pattern(home, "*d/*/f"), all = collect_pattern(home, "***");
	check(below.ended && below.count == 4, "a directory stands for all below it");
	check_file(&below, "d/e/f", "deep", "   with what its directories hold");
	check(glob.ended && glob.count == 1, "a pattern selects what it matches");
	check_file(&glob, "d/e/f", "deep", "   and nothing else");
	check(all.ended && find(&all, "link") != NULL && find(&all, "fifo") != NULL && find(&all, "up/secret") == NULL,
		"a walk goes through no link, and tells what it left");
	const struct answer few = collect(home, section("***", 1000, 3, 0));
	check(few.ended && few.count == 4 && few.entries[3].head.reason == LEFT_TOO_MANY, "past the bound on entries it ends, and says so");
}

static void deep_directories(int home)
{
	int at = dup(home);
	for (int i = 0; i <= COLLECT_DEPTH_MAX; i++) {
		mkdirat(at, "n", 0755);
		const int next = openat(at, "n", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	const struct answer answer = collect_pattern(home, "***/nothing");
	check(answer.ended && answer.count == 1 && answer.entries[0].head.reason == LEFT_TOO_DEEP, "a walk goes so deep and no deeper");
}

static void broken(int home)
{
	struct pieces pieces = section("=a", 1000, 1, 0);
	AUTO_CLOSE int unterminated = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count - 1, NULL);
	check(collect_files(unterminated, home, pieces.count - 1, NULL) == -EBADMSG, "a path without an end is refused");
	AUTO_CLOSE int brief = socket_with(SOCK_SEQPACKET, pieces.bytes, 4, NULL);
	check(collect_files(brief, home, 4, NULL) == -EBADMSG, "a section shorter than its head is refused");
	AUTO_CLOSE int cut = socket_with(SOCK_SEQPACKET, pieces.bytes, pieces.count, NULL);
	check(collect_files(cut, home, pieces.count + 1, NULL) == -EPIPE, "a section that is cut off is refused");
	check(collect(home, section("a", 1000, 1, 0)).error == -EBADMSG, "a string of no kind is refused");
	check(collect(home, section("=a", 1000, 1, COLLECT_CHANGES)).error == -EBADMSG, "changes are refused where nothing is remembered");
}

int main(void)
{
	struct scratch scratch = scratch_make();
	scratch_write(scratch.directory, "secret", "secret");
	mkdirat(scratch.directory, "home", 0755);
	int home = openat(scratch.directory, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
	scratch_write(home, "a", "content");
	scratch_write(home, "empty", "");
	mkdirat(home, "d", 0755);
	mkdirat(home, "d/e", 0755);
	scratch_write(home, "d/e/f", "deep");
	scratch_write(home, "d/g", "shallow");
	make_odd_files(home);
	regular_files(home);
	holes(home);
	odd_files(home);
	directories(home);
	deep_directories(home);
	broken(home);
	close(home);
	scratch_remove(&scratch);
	return check_report();
}
