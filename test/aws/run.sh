#!/usr/bin/env bash
# Starts moto's server, an emulator of AWS, on a free port of loopback, runs the
# tests of this folder against it, and stops it. The emulator lives in a Python
# environment of the project's cache, made once. The programs are built as they are
# released, for the test that walks as a user does, with Debian's AWS CLI beside
# them. In CI a skipped test is a failure. Those of broken connections need no
# emulator and are left to make test.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=5.2.1
place="$PWD/.cache/moto"
work="$(mktemp -d)"
moto=
finish() {
  [ -z "$moto" ] || kill "$moto" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "FAIL: $*" >&2; [ ! -f "$work/moto" ] || tail -n 20 "$work/moto" >&2; exit 1; }

if [ "$(cat "$place/version" 2>/dev/null)" != "$version" ]; then
  echo "making $place with moto $version"
  rm -rf "$place"
  python3 -m venv "$place"
  "$place/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version"
  echo "$version" >"$place/version"
fi

# Debian's AWS CLI may be older than Bedrock: it reads the service's description
# where the emulator's own library has it.
models="$work/models/bedrock/2023-04-20"
mkdir -p "$models"
for name in service-2 endpoint-rule-set-1; do
  "$place/bin/python" - bedrock/2023-04-20 "$name" "$models" <<'PY'
import glob, gzip, os, sys, botocore
service, name, to = sys.argv[1:]
(found,) = glob.glob(os.path.join(os.path.dirname(botocore.__file__), "data", service, name + ".json*"))
text = (gzip.open if found.endswith(".gz") else open)(found, "rb").read()
open(os.path.join(to, name + ".json"), "wb").write(text)
PY
done
${GO:-go} build -o "$work/" ./cmd/seismo ./cmd/seismo-aws

# Tests name accounts by the roles they assume; credentials of this shell must not
# find their way to the emulator or past it.
for name in $(compgen -e AWS_ || true); do unset "$name"; done
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

PYTHONUNBUFFERED=1 NO_COLOR=1 "$place/bin/moto_server" -H 127.0.0.1 -p 0 >"$work/moto" 2>&1 &
moto=$!
url=
for _ in $(seq 600); do
  url="$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/moto" | head -n1 || true)"
  [ -z "$url" ] || break
  kill -0 "$moto" 2>/dev/null || fail "moto ended early"
  read -rt 0.1 <> <(:) || true
done
[ -n "$url" ] || fail "moto named no address within a minute"

SEISMO_MOTO="$url" SEISMO_WALK="$work" ${GO:-go} test ${FLAGS:-} -count=1 -timeout 10m -v -skip Broken ${RUN:+-run "$RUN"} ./test/aws >"$work/tests" 2>&1 || {
  grep -vE '^(=== |[[:space:]]*--- PASS)' "$work/tests" >&2
  fail "tests against moto"
}
if grep -E -A1 -- '--- SKIP' "$work/tests"; then [ -z "${CI:-}" ] || fail "tests against moto were skipped"; fi
grep -qE -- '--- PASS' "$work/tests" || fail "no test ran"
[ -z "${SHOW:-}" ] || cat "$work/tests"
tail -n1 "$work/tests"
