package duckdb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"seismo/internal/store/duckdb"
)

// bombs are statements whose values DuckDB would make before it looks at its
// memory limit or the clock. None of them may be run, not even prepared, since
// preparing computes what is constant.
const bombs = `
select repeat('a', 2000000000)
select lpad('x', 2147483647, 'y')
select rpad('x', 2147483647, 'y')
select list_resize([1], 2000000000)
select range(1000000000)
select generate_series(1, 1000000000)
select unnest(range(1000000000))
select * from unnest(range(1000000000))
select * from range(len(repeat('a', 2000000000)))
select count(*) from calls where repeat(id, 100000000) = 'x'
select count(*) from calls order by repeat(max(id), 100000000)
select count(*) filter (where repeat(id, 100000000) = 'x') from calls
select sum(1) over (partition by repeat(id, 100000000)) from calls
select count(*) from calls group by repeat(id, 100000000)
select case when true then repeat('a', 2000000000) end
select coalesce(null, repeat('a', 2000000000))
select 'x' in (repeat('a', 2000000000))
select 'x' between 'a' and repeat('a', 2000000000)
select (select repeat('a', 2000000000))
values (repeat('a', 2000000000))
with a as (select repeat('a', 2000000000) as s) from a
select 1 limit len(repeat('a', 2000000000))
select format('{:2000000000}', 1)
select printf('%2000000000d', 1)
select bar(1, 0, 1, 2000000000)
select bit_count(bitstring('1', 2000000000))
select 'x'.repeat(2000000000)
select 'a'.replace('a', 'b')
select replace('a', 'a', id) from calls
select replace(replace(replace('a', 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa')
select regexp_replace(id, '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g') from calls
select regexp_replace(id, 'a', id) from calls
select NULL::INTEGER[100000]
select NULL::INTEGER[100000][100000]
select cast(x as struct(a int[100000])) from (select 1 as x)
select '1'::BIT
select list_transform([1], lambda x: repeat('a', 2000000000))
select list_reduce([1, 2], lambda x, y: x)
select [x for x in [1, 2] if x > 1]
select array_to_string([id, id], id) from calls
select strftime("time", id) from calls
select json_extract('{}', '$..*')
select json_extract(metadata, id) from calls
select metadata -> '$..*' from calls
select (metadata::json)['$..*'] from calls
select concat(*columns(*)) from calls
select columns(*) || columns(*) from calls
select lower(string_agg(id, ',')) from calls
select string_agg(id, ',') over () from calls
select * from (select string_agg(id, ',') as s from calls), range(2048)
select s || s from (select list(id) as s from calls)
select array(select id from calls)
select max(id, 900000) from calls
select arg_max(id, id, 900000) from calls
select approx_top_k(id, 900000) from calls
select reservoir_quantile(1, 0.5, 100000000)
select * from calls using sample reservoir(1000000000 rows)
select * from calls tablesample reservoir(1000000000 rows)
select * from (pivot calls on id using count(*))
with recursive r as (select 'x' as s union all select s || s from r) select count(*) from r
with recursive r as (select 1 as n union all select n + 1 from r) select max(n) from r
select json_serialize_sql('select 1')
select json_serialize_plan('select 1')
select json_deserialize_sql('{}')
select current_catalog()
select current_schemas(true)
select in_search_path('a', 'b')
select pg_sleep(1)
select to_json(calls) from calls
select nothing_of_this_name(1)
`

func TestConsoleBombs(t *testing.T) {
	s, _ := consoleStore(t)
	for text := range strings.Lines(bombs) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := s.Admit(t.Context(), text); !errors.Is(err, duckdb.ErrRefused) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// doubling gives statements in which every step doubles what the one before it
// made, or stands twice in the next.
func doubling() map[string]string {
	nested, aliases, replaced := "'x'", []string{"id as s0"}, "id"
	texts, lists, sums, tables := []string{"s0 as (select id as s from calls)"}, []string{"s0 as (select [id] as s from calls)"},
		[]string{"s0 as (select tool_names as s from calls)"}, []string{"s0 as (select 1)"}
	from := "select id as s from calls"
	for n := range 40 {
		nested = fmt.Sprintf("(select s || s from (select %s as s))", nested)
		aliases = append(aliases, fmt.Sprintf("s%d || s%d as s%d", n, n, n+1))
		replaced = "replace(" + replaced + ", 'a', 'aa')"
		texts = append(texts, fmt.Sprintf("s%d as (select concat(s, s) as s from s%d)", n+1, n))
		lists = append(lists, fmt.Sprintf("s%d as (select [s, s] as s from s%d)", n+1, n))
		sums = append(sums, fmt.Sprintf("s%d as (select s + s as s from s%d)", n+1, n))
		tables = append(tables, fmt.Sprintf("s%d as not materialized (from s%d, s%d as t)", n+1, n, n))
		from = "select s || s as s from (" + from + ")"
	}
	with := func(steps []string) string { return "with " + strings.Join(steps, ", ") + " from s40" }
	return map[string]string{
		"scalar subqueries": "select " + nested, "aliases": "select " + strings.Join(aliases, ", ") + " from calls",
		"replacements": "select " + replaced + " from calls", "texts": with(texts), "lists": with(lists),
		"lists that are added": with(sums), "tables": with(tables), "subqueries": from,
		"one concat":   "select concat(" + strings.Repeat("id, ", 200) + "id) from calls",
		"long literal": "select s || s || s || s || s from (select '" + strings.Repeat("x", 30_000) + "' as s)",
		"long text":    "select '" + strings.Repeat("x", 40_000) + "'",
		"joins":        "select count(*) from calls" + strings.Repeat(", calls", 100),
		"cube":         "select count(*) from calls group by cube(id, person, model, region, kind, account)",
	}
}

func TestConsoleDoubling(t *testing.T) {
	s, _ := consoleStore(t)
	for name, text := range doubling() {
		if err := s.Admit(t.Context(), text); !errors.Is(err, duckdb.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// reports are statements that a report may well be made of.
const reports = `
select person, count(*), sum("tokens.input" + "tokens.output") from calls group by all order by 2 desc
select model, median("tokens.output"), quantile_cont("tokens.output", [0.5, 0.95]) from calls group by 1
select date_trunc('hour', "time") as hour, count(distinct person), approx_count_distinct(id) from calls group by hour
select strftime("time", '%Y-%m'), extract(year from "time"), "time"::date, "time" - interval '1 day' from calls
select region || '/' || account || '/' || model as place, count(*) from calls group by place
select person, rank() over (order by count(*) desc), lag(count(*)) over (order by person) from calls group by person
select lower(person), split_part(person, '@', 2), regexp_extract(person, '@(.*)', 1), length(person) from calls
select replace(model, 'anthropic.', ''), substring(model from 1 for 3), model like 'a%', model ilike '%A' from calls
select regexp_replace(model, '-v[0-9]+', ''), trim(model), model[1:3] from calls
select day::date, count(c.id) from range(date '2026-03-01', date '2026-04-01', interval 1 day) d(day) left join calls c on c."time"::date = d.day group by 1 order by 1
select model, string_agg(distinct person, ', ' order by person) as who, list(id) from calls group by model
select metadata -> 'team', metadata ->> '$.team', json_extract_string(metadata, '$.team') from calls
select case when "tokens.input" > 10 then 'big' else 'small' end, coalesce(person, '?'), nullif(model, '') from calls
select greatest(1, 2), round(1.234, 2), abs(-1), 5 // 2, 5 % 2, 2 ** 3, cast('1' as integer), '1.5'::decimal(10, 2)
select count(*) filter (where model is null), bool_or(person = 'x'), min("time"), max("time"), arg_max(id, "time") from calls
select * exclude (id) from calls union all by name select * exclude (id) from trail
select person from calls group by grouping sets ((person), (person, model), ()) having count(*) > 0
select * from calls where "time" at time zone 'UTC' > now() - interval '7 days' and id not in ('a', 'b')
with m as (select model, count(*) as n from calls group by 1), t as (select sum(n) as n from m) select model, m.n / t.n from m, t
`

func TestConsoleReports(t *testing.T) {
	s, _ := consoleStore(t)
	for text := range strings.Lines(reports) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if _, err := s.SQL(t.Context(), text, 10); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
