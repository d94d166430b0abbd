#!/usr/bin/env bash
# Holds every template that `seismo deploy up --template-only` prints against the
# resource schemas that cfn-lint carries; a warning is a failure. cfn-lint lives in
# a Python environment of the project's cache, made once.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.58.0
place="$PWD/.cache/cfn-lint"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [ "$("$place/bin/cfn-lint" --version 2>/dev/null)" != "cfn-lint $version" ]; then
  echo "making $place with cfn-lint $version"
  rm -rf "$place"
  python3 -m venv "$place"
  "$place/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$version"
fi
CGO_ENABLED=0 ${GO:-go} run ./cmd/seismo-aws deploy up --template-only >"$work/all"
csplit --quiet --elide-empty-files --prefix "$work/" --suffix-format '%02d.yaml' "$work/all" '/^---$/' '{*}'
n="$(find "$work" -name '*.yaml' | wc -l)"
[ "$n" -eq 6 ] || { echo "FAIL: $n templates were printed" >&2; exit 1; }
"$place/bin/cfn-lint" --non-zero-exit-code informational -- "$work"/*.yaml
echo "ok  $n templates"

# The check itself: what an emulator would take must fail here, by its own rule.
breaks() { # RULE WHAT SED
  sed -E "$3" "$work/infrastructure" >"$work/broken.yaml"
  if cmp -s "$work/infrastructure" "$work/broken.yaml"; then echo "FAIL: nothing was broken: $2" >&2; exit 1; fi
  if "$place/bin/cfn-lint" --format parseable -- "$work/broken.yaml" >"$work/said"; then echo "FAIL: $2 was not found" >&2; exit 1; fi
  grep -q ":$1:" "$work/said" || { echo "FAIL: $2 was found by another rule than $1:" >&2; cat "$work/said" >&2; exit 1; }
  echo "ok  $2 is found"
}
grep -l '^# infrastructure.yaml' "$work"/*.yaml | head -n 1 | xargs -I{} cp {} "$work/infrastructure"
breaks E3006 "an unknown type" 's/Type: AWS::SQS::QueuePolicy$/Type: AWS::SQS::QueuePolity/'
breaks E3002 "an unknown property" 's/^( *)VisibilityTimeout: /\1VisibilityTimeouts: /'
breaks E3003 "a missing property" '/^ *TargetKeyId: /d'
breaks E3012 "a value of another kind" 's/^( *EnableKeyRotation): true$/\1: [yes, no]/'
