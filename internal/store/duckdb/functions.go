package duckdb

import "strings"

// kindOf says how a function that SQL of users may call behaves. DuckDB bounds by
// its memory limit what operators hold, but not what one call returns, and it
// looks at the clock only between calls. So only functions are allowed whose
// result is bounded by their arguments.
type kindOf int

const (
	plain    kindOf = iota + 1 // the result is no larger than the arguments, or small
	joining                    // the result holds all arguments
	adding                     // the same for lists; a number for numbers
	replacer                   // the result depends on a literal replacement
	splitter                   // a list of pieces of the first argument
	pathed                     // JSON by a literal path without wildcards
	layout                     // a format that must be a literal
	extreme                    // an aggregate that takes a count as one more argument, which must not be given
	gatherer                   // an aggregate as large as all its rows
)

// functions are all functions that SQL of users may call.
var functions = kinds(map[kindOf]string{
	plain: `
		+ - * / // % ** ^ pow power & | ~ << >> xor @ abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2
		log10 pi mod greatest least nullif ifnull if isnan isfinite isinf add subtract multiply divide fdiv fmod gcd lcm random
		lower upper lcase ucase length len strlen char_length character_length bit_length octet_length substr substring
		left right trim ltrim rtrim split_part strip_accents reverse ascii chr unicode md5 sha256 hash typeof
		starts_with ends_with prefix suffix contains instr position strpos ^@
		~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape
		regexp_matches regexp_full_match regexp_extract
		list_contains list_has array_contains array_has list_has_any list_has_all array_has_any array_has_all && @> <@
		list_distinct list_unique list_sort array_sort list_reverse_sort list_position array_position list_count list_sum
		list_avg list_min list_max array_length list_element struct_extract unnest flatten cardinality
		date_trunc datetrunc date_part datepart date_diff datediff date_sub datesub date_add year month day hour minute
		second millisecond microsecond week weekofyear yearweek isoyear quarter decade century dayofweek isodow weekday
		dayofmonth dayofyear dayname monthname last_day julian epoch epoch_ms epoch_us epoch_ns to_timestamp make_date
		make_time make_timestamp age now today current_date get_current_timestamp transaction_timestamp timezone
		time_bucket to_milliseconds to_microseconds to_seconds to_minutes to_hours to_days to_weeks to_months to_years
		json_array_length json_keys json_type json_valid
		count count_star count_if countif sum sum_no_overflow fsum kahan_sum sumkahan avg mean favg first last any_value
		arbitrary bool_and bool_or bit_and bit_or bit_xor product geomean geometric_mean median mode mad quantile
		quantile_cont quantile_disc approx_count_distinct approx_quantile stddev stddev_pop stddev_samp variance var_pop
		var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
		regr_sxy regr_syy skewness kurtosis kurtosis_pop entropy sem
		row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value`,
	joining: `|| concat concat_ws list_concat list_cat array_concat array_cat list_append list_value list_pack
		struct_pack row array_constructor`,
	adding:   `+`,
	replacer: `replace regexp_replace array_to_string`,
	splitter: `string_split str_split string_to_array split regexp_split_to_array string_split_regex str_split_regex
		regexp_extract_all`,
	pathed:   `json_extract json_extract_string json_extract_path json_extract_path_text json_exists ->> ->`,
	layout:   `strftime strptime try_strptime`,
	extreme:  `min max arg_min arg_max argmin argmax min_by max_by arg_min_null arg_max_null`,
	gatherer: `list array_agg string_agg group_concat listagg histogram`,
})

// allowed says in an error what there is.
const allowed = "allowed are aggregates, windows, arithmetic, comparisons, dates, JSON by path, and text functions whose result " +
	"is bounded by what they are given (seismo docs sql)"

func kinds(lists map[kindOf]string) map[string]kindOf {
	all := make(map[string]kindOf)
	for kind, names := range lists {
		for _, name := range strings.Fields(names) {
			all[name] = max(all[name], kind)
		}
	}
	return all
}

// consoleTypes are what SQL of users may cast to. A type that fixes a length, as
// INTEGER[1000000] does, makes large values out of nothing.
var consoleTypes = kinds(map[kindOf]string{plain: `
	BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE DECIMAL
	VARCHAR DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL UUID LIST`})
