#define _GNU_SOURCE
#include "stub_unpack.h"

#include <unistd.h>

#include "home.h"
#include "packed.h"
#include "scope.h"

int stub_unpack(enum step *step, uint32_t *index)
{
	AUTO_CLOSE int home = open_home();
	const struct unpacking how = { .root = home, .keeps_owners = false };
	const int error = home < 0 ? home : unpack_tree(STDIN_FILENO, &how, index);

	*step = STEP_UNPACK;
	if (error == 0)
		_exit(0);
	return error;
}
