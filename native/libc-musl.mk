# musl, through Debian's wrapper.
#
# `musl-gcc -static-pie` silently makes a dynamic program: the wrapper's specs know nothing of it. A true one takes
# rcrt1.o, which relocates itself, in place of the wrapper's own start file, and a linker told to make a PIE that names
# no interpreter. hardening.sh checks the result.

CC := $(MUSL_CC)
gcc_file = $(shell $(HOST_CC) -print-file-name=$(1))

LINK_BEFORE := -nostartfiles -static -Wl,-pie,--no-dynamic-linker \
	$(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(call gcc_file,crtbeginS.o)
LINK_AFTER := $(call gcc_file,crtendS.o) $(MUSL_LIB)/crtn.o
LINK = $(LINK_BEFORE) $(LINK_AFTER)

# The wrapper does not search /usr/include, where the kernel's headers are, and must not: glibc's would come with them.
KERNEL_HEADERS := $(BUILD)/kernel-headers
CFLAGS += -isystem $(KERNEL_HEADERS)
ASM_HEADERS := $(firstword $(wildcard /usr/include/$(MACHINE)-linux-gnu/asm /usr/include/asm))

$(KERNEL_HEADERS):
	@test -d /usr/include/linux || { echo 'The kernel headers are missing: apt-get install linux-libc-dev' >&2; exit 1; }
	@mkdir -p $@.new
	@ln -sfn /usr/include/linux $@.new/linux
	@ln -sfn /usr/include/asm-generic $@.new/asm-generic
	@ln -sfn $(ASM_HEADERS) $@.new/asm
	@mv $@.new $@
