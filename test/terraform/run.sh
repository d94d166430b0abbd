#!/usr/bin/env bash
# Holds the Terraform module against the provider of AWS, in the oldest version that
# the module allows and in a new one. Neither Terraform's registry nor an account is needed:
#   1. the provider's schemas are read out of Python packages of its bindings, and a test
#      holds the module against them;
#   2. where there is terraform or tofu, their own `validate` runs with a provider that
#      has these schemas and nothing else. TOFU=build makes an OpenTofu first (minutes).
#   3. REGISTRY=yes runs `validate` with the real provider, out of the registry.
set -euo pipefail
cd "$(dirname "$0")/../.."
go="${GO:-go}"
cache="$PWD/.cache/terraform"
packages=(cdktf-cdktf-provider-aws==19.54.0 cdktn-provider-aws==25.8.1) # 5.88.0, 6.69.1
tofu_version=v1.12.6
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir -p "$cache" "$work/schemas"

for package in "${packages[@]}"; do # 55 to 70 MB each, of which a page is kept
  kept="$cache/$package-$(cat content/terraform/*.tf test/terraform/*.go | cksum | cut -d" " -f1).json"
  if [ ! -s "$kept" ]; then
    echo "reading the schemas of $package"
    rm -f "$cache/$package"-*.json
    [ -x "$cache/pip/bin/pip" ] || python3 -m venv "$cache/pip"
    "$cache/pip/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work/$package" "$package"
    CGO_ENABLED=0 $go run ./test/terraform/schemas "$work/$package"/*.whl content/terraform >"$work/one"
    rm -rf "${work:?}/$package"
    mv "$work/one" "$kept"
  fi
  cp "$kept" "$work/schemas/$package.json"
done
SEISMO_TERRAFORM_SCHEMAS="$work/schemas" CGO_ENABLED=0 $go test -count=1 -run TestModuleFitsProvider ./test/terraform

tool="${TOOL:-$(command -v terraform || command -v tofu || true)}"
if [ "${TOFU:-}" = build ]; then
  tool="$cache/tofu-$tofu_version"
  if [ ! -x "$tool" ]; then # go install refuses a module that replaces another
    echo "building OpenTofu $tofu_version"
    source="$(cd "$work" && GOFLAGS=-mod=mod $go mod download -json "github.com/opentofu/opentofu@$tofu_version" | sed -nE 's/^\t"Dir": "(.*)",?$/\1/p')"
    cp -R "$source" "$work/opentofu"
    chmod -R u+w "$work/opentofu"
    (cd "$work/opentofu" && CGO_ENABLED=0 $go build -buildvcs=false -o "$tool" ./cmd/tofu)
  fi
fi
if [ -z "$tool" ]; then
  echo "left out: validate, because there is neither terraform nor tofu here (make terraform TOFU=build makes one)"
  exit
fi

validate() { # validate FOLDER: a copy of the module, so that nothing is left beside it
  mkdir -p "$1"
  cp -R content/terraform content/cloudformation content/dashboards "$1"
  (cd "$1/terraform" && "$tool" fmt -check -diff -no-color . &&
    { "$tool" init -no-color -input=false -backend=false >../init 2>&1 || { cat ../init >&2; exit 1; }; } &&
    "$tool" validate -no-color)
}
export CHECKPOINT_DISABLE=1
if [ -n "${REGISTRY:-}" ]; then
  validate "$work/registry"
  exit
fi
(cd test/terraform/provider && CGO_ENABLED=0 $go build -buildvcs=false -o "$work/provider" .)
platform="$($go env GOOS)_$($go env GOARCH)"
for package in "${packages[@]}"; do
  version="$(sed -E 's/.*"provider_version":"([0-9.]+)".*/\1/' "$work/schemas/$package.json")"
  for host in registry.terraform.io registry.opentofu.org; do
    place="$work/$package/mirror/$host/hashicorp/aws/$version/$platform"
    mkdir -p "$place"
    cp "$work/provider" "$place/terraform-provider-aws_v$version"
    cp "$work/schemas/$package.json" "$place/schemas.json"
  done
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/$package/mirror" >"$work/$package/rc"
  export TF_CLI_CONFIG_FILE="$work/$package/rc"
  echo "$("$tool" version | head -n1), schemas of hashicorp/aws $version:"
  validate "$work/$package/module"
  sed -i.bak 's/text_data_delivery_enabled/text_data_enabled/' "$work/$package/module/terraform/main.tf"
  if (cd "$work/$package/module/terraform" && "$tool" validate -no-color >/dev/null 2>&1); then
    echo "FAIL: an argument that there is not passed" >&2
    exit 1
  fi
done
