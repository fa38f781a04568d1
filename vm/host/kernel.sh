# shellcheck shell=bash
# Debian's kernel for virtual machines, unpacked into vm/.cache: nothing of it is installed here.

modules=(virtio virtio_ring virtio_pci virtio_pci_modern_dev virtio_pci_legacy_dev fuse virtiofs overlay)

# `6.1` and `6.12` are what Debian 12 has; the package without a version depends on the newest build.
kernel_package() {
	local meta=linux-image-cloud-amd64
	[[ $kernel == 6.1 ]] || meta=linux-image-$kernel-cloud-amd64
	apt-cache depends "$meta" | sed -n 's/^ *Depends: \(linux-image-[0-9.].*\)/\1/p' | head -n 1
}

fetch_kernel() {
	image=$(compgen -G "$cache/$kernel/boot/vmlinuz-*" | head -n 1) && return
	local package download=$cache/$kernel.new
	command -v apt-get >/dev/null || { echo "vm/run: put a kernel and its modules into $cache/$kernel" >&2; exit 1; }
	package=$(kernel_package)
	[[ -n $package ]] || { apt-get update -qq; package=$(kernel_package); }
	echo "vm/run: fetching $package"
	rm -rf "$download"
	mkdir -p "$download"
	(cd "$download" && apt-get download -qq -o APT::Sandbox::User=root "$package")
	dpkg -x "$download"/*.deb "$download"
	rm "$download"/*.deb
	rm -rf "${cache:?}/$kernel"
	mv "$download" "$cache/$kernel"
	image=$(compgen -G "$cache/$kernel/boot/vmlinuz-*" | head -n 1)
}

# Just enough to reach the file system: process 1 and the modules for virtiofs.
make_initramfs() {
	local folder=$work/initramfs name path
	mkdir -p "$folder"/{dev,root,lower,memory,modules}
	gcc -O2 -Wall -Wextra -Werror -static -o "$folder/init" "$vm/init.c"
	for name in "${modules[@]}"; do
		path=$(find "$cache/$kernel/lib/modules" "$cache/$kernel/usr/lib/modules" -name "$name.ko*" -print -quit 2>/dev/null) || true
		case $path in
		*.ko) cp "$path" "$folder/modules/" ;;
		*.ko.xz) xz -dc "$path" >"$folder/modules/$name.ko" ;;
		# Built into this kernel, or not part of it.
		'') ;;
		esac
	done
	(cd "$folder" && find . | cpio -o -H newc --quiet) >"$work/initramfs.img"
}
