/* A program's beginning, as the stub looks at it before it executes it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "program_size.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	const int file = memfd_create("program", MFD_CLOEXEC);
	int error;

	fuzz_require(file >= 0 && write(file, data, size) == (ssize_t)size, "a file");
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	error = program_check_size(path);
	fuzz_require(error == 0 || error == -ENOMEM, "a program fits or does not");
	close(file);
	return 0;
}
