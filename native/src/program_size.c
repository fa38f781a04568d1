#define _GNU_SOURCE
#include "program_size.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scope.h"

enum {
	/* What is read of a program: linkers put the headers of its parts right behind its own. */
	BEGINNING_BYTES = 2048,
	/* As much has every process room for, whatever its stub has taken of it. */
	LEAST_BYTES = 1 << 20,
};

/* What stands in a program's beginning of the sizes of its writable parts, which alone are charged; at most UINT64_MAX. */
static uint64_t writable_bytes(const char *beginning, size_t count)
{
	Elf64_Ehdr head;
	uint64_t bytes = 0;

	if (count < sizeof head)
		return 0;
	memcpy(&head, beginning, sizeof head);
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_phentsize != sizeof(Elf64_Phdr))
		return 0;
	for (size_t i = 0; i < head.e_phnum; i++) {
		const size_t at = i * sizeof(Elf64_Phdr);
		Elf64_Phdr part;

		if (head.e_phoff > count || at + sizeof part > count - head.e_phoff)
			break;
		memcpy(&part, beginning + head.e_phoff + at, sizeof part);
		if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0)
			continue;
		if (__builtin_add_overflow(bytes, part.p_memsz, &bytes))
			return UINT64_MAX;
	}
	return bytes;
}

static int ask_for(uint64_t bytes)
{
	void *map;

	if (bytes > SIZE_MAX)
		return -ENOMEM;
	map = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return errno == ENOMEM ? -ENOMEM : 0;
	(void)munmap(map, (size_t)bytes);
	return 0;
}

int program_check_size(const char *path)
{
	char beginning[BEGINNING_BYTES];
	/* A FIFO is not waited for, and a terminal not taken. */
	AUTO_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t count;
	uint64_t bytes;

	if (file < 0)
		return 0;
	count = read(file, beginning, sizeof beginning);
	bytes = count < 0 ? 0 : writable_bytes(beginning, (size_t)count);
	return bytes < LEAST_BYTES ? 0 : ask_for(bytes);
}
