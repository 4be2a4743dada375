#!/usr/bin/env bash
# fresh_root.sh FOLDER COMMAND...: runs a command in a clean clone of this repository's HEAD inside a new Debian 12 root,
# so that nothing installed by hand on this machine can help. Needs root and debootstrap; the new root takes over this
# machine's apt and pip settings.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$(realpath -m "$1")
shift
if [[ ! -e $target/etc/debian_version ]]; then
  # shellcheck disable=SC2016  # apt-get expands $(SITE)
  mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' | head -n 1)
  debootstrap --variant=minbase bookworm "$target" "$mirror"
fi
rm -rf "$target"/etc/apt/{sources.list,sources.list.d,apt.conf.d,preferences.d}
cp -a /etc/apt/. "$target/etc/apt/"
for file in /etc/pip.conf /etc/resolv.conf /etc/hosts; do [[ ! -e $file ]] || cp -L "$file" "$target$file"; done
# A copy under a name of its own, since the package ca-certificates writes the usual one anew.
certificates=/etc/ssl/of-the-machine.crt
mkdir -p "$target/etc/ssl"
cp -L /etc/ssl/certs/ca-certificates.crt "$target$certificates"
rm -rf "$target/work/terrella"
git clone -q "$repository" "$target/work/terrella"
mountpoint -q "$target/proc" || mount -t proc proc "$target/proc"
mountpoint -q "$target/dev" || mount --rbind /dev "$target/dev"
trap 'umount "$target/proc"; umount -R -l "$target/dev"' EXIT
settings=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
  "PIP_CERT=$certificates" "SSL_CERT_FILE=$certificates" "CURL_CA_BUNDLE=$certificates")
chroot "$target" env -i "${settings[@]}" bash -c 'cd /work/terrella && exec "$@"' bash "$@"
