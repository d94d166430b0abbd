// Command bench measures the program on corpora that it makes itself: decoding,
// normalizing, whole ingests, reports and searches, beside DuckDB's own reader
// of the same files.
//
//	go run ./test/bench                       the corpus of calls and the one of agent traffic
//	go run ./test/bench -size 64MiB           a quick look
//	go run ./test/bench -linear               also: does twice as much take twice as long
//	go run ./test/bench -report10m -search1m  only large stores: reports and searches
//	go run ./test/bench -profile DIR          also: CPU and heap profiles of an ingest
//	go run ./test/bench -collect              only collecting from AWS, beside reading the same from disk
//	go run ./test/bench -collect -part large  one part of that: speed, large, lag or hostile
//
// Rates are of raw JSON: 1 MB is 1,000,000 bytes before compression. A machine
// drifts, so compare ratios of one run rather than figures of two. It never
// touches a database but those it makes below its cache folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

type options struct {
	size              int64
	cache, json       string
	seed              uint64
	linear, reuse     bool
	report10m, search bool
	calls             int // of -report10m and -search1m; 0 is what their names say
	profile           string
	collect           bool
	part              string // of collect; "" is all
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) == 2 && args[0] == child {
		return serveTask(ctx, args[1], out)
	}
	opt, err := parseOptions(args, errs)
	if err != nil {
		return err
	}
	b := &bench{options: opt, log: errs}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	defer os.RemoveAll(b.work)
	steps := []func(context.Context) error{b.corpora}
	if opt.report10m || opt.search || opt.collect {
		steps = nil
	}
	if opt.collect {
		steps = append(steps, b.collecting)
	}
	if opt.report10m {
		steps = append(steps, b.tenMillion)
	}
	if opt.search {
		steps = append(steps, b.oneMillion)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	b.result.print(out)
	if opt.json == "" {
		return nil
	}
	return b.result.write(opt.json)
}

func parseOptions(args []string, errs io.Writer) (opt options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errs)
	size := flags.String("size", "1GiB", "raw `SIZE` of the corpus; the agents' is a quarter of it")
	flags.StringVar(&opt.cache, "cache", "", "`FOLDER` for corpora and databases (default: seismo-bench below the user's cache folder)")
	flags.StringVar(&opt.json, "json", "", "also write the result to a `FILE`")
	flags.Uint64Var(&opt.seed, "seed", 1, "the corpus's seed")
	flags.BoolVar(&opt.linear, "linear", false, "also ingest a corpus of twice the size")
	flags.BoolVar(&opt.report10m, "report10m", false, "reports over 10 million calls and their CloudTrail events, nothing else")
	flags.BoolVar(&opt.search, "search1m", false, "searches over 1 million calls with sealed texts, nothing else")
	flags.BoolVar(&opt.reuse, "reuse", false, "take the large stores that an earlier run left, if there are")
	flags.IntVar(&opt.calls, "calls", 0, "another `number` of calls for -report10m and -search1m")
	flags.StringVar(&opt.profile, "profile", "", "also write profiles of an ingest to a `FOLDER`")
	flags.BoolVar(&opt.collect, "collect", false, "collecting from a stand-in for AWS, nothing else")
	flags.StringVar(&opt.part, "part", "", "one `part` of -collect: speed, large, lag or hostile")
	if err := flags.Parse(args); err != nil {
		return opt, err
	}
	if flags.NArg() > 0 {
		return opt, fmt.Errorf("bench takes no arguments: %s", flags.Arg(0))
	}
	if opt.size, err = parseSize(*size); err != nil || opt.cache != "" {
		return opt, err
	}
	cache, err := os.UserCacheDir()
	opt.cache = filepath.Join(cache, "seismo-bench")
	return opt, err
}

func parseSize(text string) (int64, error) {
	units := []struct {
		suffix string
		bytes  float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"GB", 1e9}, {"MB", 1e6}, {"", 1}}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if size := n * u.bytes; err == nil && size >= 1 && size < math.MaxInt64 {
			return int64(size), nil
		}
		break
	}
	return 0, fmt.Errorf("-size %q is not a size such as 1GiB or 64MiB", text)
}
