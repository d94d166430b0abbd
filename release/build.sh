#!/usr/bin/env bash
# Builds what is released into the folder dist, or the one that is named: an archive for
# each platform, with the licences of all that is in it, and SHA256SUMS. README.md beside
# this has what is needed for which platform. What is left out is said, and is no failure.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:-dist}"
go="${GO:-go}"
platforms="${PLATFORMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64}"
# The version is the one that Go reads out of git; a flag before must not forbid it.
export GOFLAGS="${GOFLAGS:-} -trimpath -buildvcs=auto"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH
rm -rf "$out"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
here="$($go env GOHOSTOS)/$($go env GOHOSTARCH)"

first() { # first NAME...: prints the first of these commands that is there
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null; then echo "$name"; return; fi
  done
  return 1
}

compiler() { # compiler OS ARCH: prints the C compiler for it, or fails
  local named="CC_$1_$2"
  if [ -n "${!named:-}" ]; then echo "${!named}"; return; fi
  if [ "$1/$2" = "$here" ] && [ -n "${CC:-}" ]; then echo "$CC"; return; fi
  case "$1/$2" in
    # What the C++ library of a later GCC needs is in glibc 2.36; with that of 11, 2.34 is enough.
    linux/arm64) first aarch64-linux-gnu-gcc-11 aarch64-linux-gnu-gcc || { [ "$1/$2" = "$here" ] && echo cc; } ;;
    linux/amd64) first x86_64-linux-gnu-gcc-11 x86_64-linux-gnu-gcc || { [ "$1/$2" = "$here" ] && echo cc; } ;;
    # DuckDB's library for Windows is made for the newer C library, UCRT.
    windows/amd64) first x86_64-w64-mingw32ucrt-gcc ;;
    # Apple's compiler knows both of its processors.
    darwin/amd64) [ "${here%/*}" = darwin ] && echo "cc -arch x86_64" ;;
    darwin/arm64) [ "${here%/*}" = darwin ] && echo "cc -arch arm64" ;;
    *) return 1 ;;
  esac
}

licences() { # licences FOLDER PACKAGE: those of Go and of each module in the package
  local module dir found
  mkdir -p "$1/licenses/go"
  cp "$($go env GOROOT)/LICENSE" "$1/licenses/go/"
  $go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}' "$2" | sort -u |
    while read -r module dir; do
      mkdir -p "$1/licenses/$module"
      found="$(find "$dir" -maxdepth 1 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' \))"
      [ -n "$found" ] || { echo "FAIL: $module has no licence" >&2; exit 1; }
      echo "$found" | while read -r file; do install -m 644 "$file" "$1/licenses/$module/"; done
    done
}

build() { # build NAME PACKAGE FLAGS: with the platform of the environment, into an archive's folder
  local folder binary version
  binary="$work/$1$suffix"
  $go build -ldflags "-s -w -buildid= $3" -o "$binary" "$2"
  version="$($go version -m "$binary" | awk '$1 == "mod" {print $3}')"
  [ "$version" != "(devel)" ] || version=devel
  folder="$out/$1_${version#v}_${os}_$arch"
  mkdir "$folder"
  mv "$binary" "$folder/"
  cp LICENSE README.md "$folder/"
  licences "$folder" "$2"
  $go version -m "$folder/$1$suffix" | grep -q 'vcs.modified=true' && echo "$1 for $os/$arch is of a changed checkout" >&2
  echo "built $1 for $os/$arch"
}

for platform in $platforms; do
  os="${platform%/*}" arch="${platform#*/}" suffix=
  [ "$os" != windows ] || suffix=.exe
  export GOOS="$os" GOARCH="$arch"
  CGO_ENABLED=0 build seismo-aws ./cmd/seismo-aws ""
  if [ -n "${ONLY_AWS:-}" ]; then continue; fi
  if ! cc="$(compiler "$os" "$arch")"; then
    echo "left out seismo for $platform: no C compiler for it here; name one by CC_${os}_${arch}"
    continue
  fi
  flags=
  if [ "$os" = linux ]; then # the C++ library goes in, so that a server need not have it
    library="$($cc -print-file-name=libstdc++.a)"
    if [ -f "$library" ]; then
      mkdir -p "$work/$arch"
      ln -sf "$library" "$work/$arch/libstdc++.a"
      flags="-extldflags '-L$work/$arch -static-libgcc'"
    fi
  fi
  CGO_ENABLED=1 CC="$cc" build seismo ./cmd/seismo "$flags"
done
unset GOOS GOARCH
CGO_ENABLED=0 $go run ./release/pack "$out"
