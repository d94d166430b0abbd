#!/usr/bin/env bash
# Runs every fuzz target for a number of inputs (default 20,000). A number, not a
# time: a time limit can end in the middle of an input and look like a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
inputs="${1:-20000}"
said="$(mktemp)"
trap 'rm -f "$said"' EXIT
grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -r -n1 dirname | sort -u | while read -r room; do
  grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$room"/*_test.go | sed 's/^func //' | sort -u | while read -r target; do
    printf '%s %s\n' "$room" "$target"
    go test "$room" -run '^$' -fuzz "^${target}\$" -fuzztime "${inputs}x" -fuzzminimizetime 1x >"$said" 2>&1 ||
      { cat "$said"; exit 1; }
  done
done
