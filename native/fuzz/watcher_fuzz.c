/* What a watcher reads of a caller's memory: rule, arguments and memory are the input, and the memory ends at a hole. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "loopback.h"
#include "watcher.h"

enum { PAGE_BYTES = 4096, ARGUMENTS = 6 };

/* Which arguments point into the memory, and where. */
struct choice {
	struct notify_rule rule;
	uint64_t arguments[ARGUMENTS];
	uint8_t points;
};

/* A page with the rest of the input at its end, and nothing behind it. */
static uint8_t *memory_of(const uint8_t *data, size_t size)
{
	static uint8_t *page;

	if (page == NULL) {
		page = mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		fuzz_require(page != MAP_FAILED && munmap(page + PAGE_BYTES, PAGE_BYTES) == 0, "a page before a hole");
	}
	memset(page, 0, PAGE_BYTES);
	memcpy(page + PAGE_BYTES - size, data, size);
	return page;
}

static void look_at(const struct violation *found)
{
	for (int i = 0; i < 2; i++) {
		fuzz_require(found->text_bytes[i] <= VIOLATION_TEXT_BYTES, "a text fits its place");
		for (uint32_t at = found->text_bytes[i]; at < VIOLATION_TEXT_BYTES; at++)
			fuzz_require(found->text[i][at] == 0, "behind a text there is nothing");
		(void)loopback_has(found->text[i], found->text_bytes[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seccomp_notif call = { .pid = (uint32_t)getpid() };
	struct violation found;
	struct choice choice;

	if (size < sizeof choice || size - sizeof choice > PAGE_BYTES)
		return 0;
	memcpy(&choice, data, sizeof choice);
	const uint8_t *page = memory_of(data + sizeof choice, size - sizeof choice);

	call.data.nr = choice.rule.call;
	for (int i = 0; i < ARGUMENTS; i++) {
		const uint64_t base = (choice.points >> i & 1) != 0 ? (uint64_t)(uintptr_t)page : 0;

		call.data.args[i] = base + (base == 0 ? choice.arguments[i] : choice.arguments[i] % (2 * PAGE_BYTES));
	}
	watcher_describe(&choice.rule, &call, &found);
	look_at(&found);
	return 0;
}
