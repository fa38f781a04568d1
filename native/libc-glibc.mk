# glibc, static: stands in where musl is not to be had. Three times the size, and slower to fork and execute.

CC := $(HOST_CC)
LINK_BEFORE := -static-pie
LINK_AFTER :=
LINK = $(LINK_BEFORE)
KERNEL_HEADERS :=
