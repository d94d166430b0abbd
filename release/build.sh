#!/usr/bin/env bash
# Builds what is released into the folder dist, or the one that is named:
#   seismo-aws  for Linux, macOS and Windows: it needs no C
#   seismo      for those that a C compiler is there for: this machine's own system, and
#               others where one of the compilers below is installed, or named by
#               CC_linux_arm64, CC_windows_amd64, CC_darwin_arm64 and so on
# What is left out is said, and is no failure.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:-dist}"
version="${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo devel)}"
export GOFLAGS="${GOFLAGS:-} -trimpath"
rm -rf "$out"
mkdir -p "$out"
platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64)
here="$(go env GOHOSTOS)/$(go env GOHOSTARCH)"

compiler() { # compiler OS ARCH: prints the C compiler for it, or fails
  local named="CC_$1_$2"
  if [ -n "${!named:-}" ]; then echo "${!named}"; return; fi
  if [ "$1/$2" = "$here" ]; then echo "${CC:-cc}"; return; fi
  case "$1/$2" in
    linux/arm64) command -v aarch64-linux-gnu-g++ >/dev/null && echo aarch64-linux-gnu-gcc ;;
    linux/amd64) command -v x86_64-linux-gnu-g++ >/dev/null && echo x86_64-linux-gnu-gcc ;;
    windows/amd64) command -v x86_64-w64-mingw32-g++ >/dev/null && echo x86_64-w64-mingw32-gcc ;;
    *) return 1 ;;
  esac
}

for platform in "${platforms[@]}"; do
  os="${platform%/*}" arch="${platform#*/}" suffix=
  [ "$os" != windows ] || suffix=.exe
  GOOS=$os GOARCH=$arch CGO_ENABLED=0 go build -ldflags "-s -w" -o "$out/seismo-aws-$version-$os-$arch$suffix" ./cmd/seismo-aws
  echo "built seismo-aws for $platform"
  if [ -n "${ONLY_AWS:-}" ]; then continue; fi
  if cc="$(compiler "$os" "$arch")"; then
    cxx="${cc%gcc}g++"
    [ "$cc" != "${cc%gcc}" ] || cxx="${CXX:-c++}"
    GOOS=$os GOARCH=$arch CGO_ENABLED=1 CC="$cc" CXX="$cxx" go build -ldflags "-s -w" -o "$out/seismo-$version-$os-$arch$suffix" ./cmd/seismo
    echo "built seismo for $platform"
  else
    echo "left out seismo for $platform: no C compiler for it here; name one by CC_${os}_${arch}"
  fi
done
(cd "$out" && sha256sum -- * >SHA256SUMS 2>/dev/null || shasum -a 256 -- * >SHA256SUMS)
