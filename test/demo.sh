#!/usr/bin/env bash
# Meets the program as a new user does: the demo answers with totals and names of
# models, the commands find the same totals while it runs, a browser draws the
# page, and the end leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
demo=
trap '[ -z "$demo" ] || kill -INT "$demo" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "FAIL: $*" >&2; [ ! -f "$work/out" ] || cat "$work/out" "$work/err" >&2; exit 1; }

go build -o "$work/seismo" ./cmd/seismo
started="$(date +%s%N)"
"$work/seismo" demo --listen 127.0.0.1:0 --no-browser >"$work/out" 2>"$work/err" &
demo=$!
for _ in $(seq 600); do
  grep -q 'ask it:' "$work/out" && break
  kill -0 "$demo" 2>/dev/null || fail "the demo ended early"
  read -rt 0.1 <> <(:) || true
done
url="$(grep -oE 'http://[^ ]+' "$work/out" | head -n1)"
[ -n "$url" ] || fail "the demo named no address"
echo "answered after $(( ($(date +%s%N) - started) / 1000000 )) ms at $url"

page="$work/page.html"
curl -fsS "$url" -o "$page" || fail "/ did not answer"
grep -qi 'simulated' "$page" || fail "the page does not say that the data is simulated"
grep -q 'anthropic.claude' "$page" || fail "the page names no model"
curl -fsSI "$url" | grep -qi '^content-security-policy:' || fail "no content security policy"

db="$(grep -oE -- '--db [^ ]+' "$work/out" | head -n1 | cut -d' ' -f2)"
"$work/seismo" --db "$db" report cost --json >"$work/cost.json"
calls="$(jq -r '.[0].calls' "$work/cost.json")"
by_person="$("$work/seismo" --db "$db" report cost --by person --json | jq '[.[].calls] | add')"
by_sql="$("$work/seismo" --db "$db" sql 'select count(*) as n from calls' --json | jq '.[0].n')"
[ "$calls" = "$by_person" ] && [ "$calls" = "$by_sql" ] || fail "totals differ: $calls, by person $by_person, by sql $by_sql"
shown="$(echo "$calls" | sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta')"
grep -qF ">$shown<" "$page" || fail "the page does not show the $shown calls that the commands count"
id="$("$work/seismo" --db "$db" search --json -n 1 'kind:call outcome:success operation:Converse' | jq -r '.[0].id')"
curl -fsS "${url}calls/$id" -o "$work/call.html" || fail "the page of call $id does not answer"
"$work/seismo" --db "$db" raw "$id" | jq -e '.schemaType == "ModelInvocationLog"' >/dev/null || fail "raw $id is not the record"
"$work/seismo" --db "$db" ingest "$work" 2>"$work/held" && fail "a second writer got the database"
grep -q 'is held by' "$work/held" || fail "nobody says who holds the database"

if command -v chromium >/dev/null; then
  chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update \
    --disable-sync --no-first-run --user-data-dir="$work/chromium" --window-size=1440,1400 \
    --screenshot="$work/home.png" "$url" >/dev/null 2>&1 || fail "the browser could not draw the page"
  [ "$(stat -c %s "$work/home.png")" -gt 40000 ] || fail "the picture of the page is empty"
  [ -z "${PICTURE:-}" ] || cp "$work/home.png" "$PICTURE"
fi

kill -INT "$demo"
wait "$demo" || code=$?
demo=
[ "${code:-0}" = 0 ] || [ "${code:-0}" = 130 ] || fail "the demo ended with ${code}"
[ ! -e "$(dirname "$db")" ] || fail "the demo left $(dirname "$db") behind"
echo "1 passed, 0 failed"
