package duckdb

import (
	"errors"
	"fmt"
	"strings"

	"seismo/internal/store"
)

// DuckDB's errors come as text. What it says of the operating system it takes
// from strerror, in English as long as nobody sets a locale, which nobody does
// here.
var (
	lockedTexts = []string{"Could not set lock", "Conflicting lock"}
	fullTexts   = []string{"No space left on device", "Disk quota exceeded", "File too large", "Read-only file system",
		"max_temp_directory_size"}
	memoryTexts = []string{"Out of Memory Error", "could not allocate block", "failed to pin block", "failed to allocate data",
		"failed to resize block", "Allocation failure", "std::bad_alloc"}
	systemTexts = []string{"No such file", "Permission denied", "Too many open files", "Is a directory"}
	brokenTexts = []string{"Corrupt database file", "not a valid DuckDB database file", "Failure while replaying WAL",
		"Could not read enough bytes", "Could not read from file", "Input/output error", "Serialization Error"}
)

func says(text string, any []string) bool {
	for _, part := range any {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// explain gives DuckDB's errors at opening a name. What is neither of the system's
// making nor a want of memory or room is damage.
func explain(err error) error {
	if err == nil || errors.Is(err, ErrStuck) {
		return err
	}
	switch text := err.Error(); {
	case says(text, lockedTexts):
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case says(text, memoryTexts): // before damage: a log that takes too much memory fails to replay as a broken one does
		return fmt.Errorf("%w: %w", ErrMemory, err)
	case says(text, fullTexts):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case says(text, brokenTexts):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case says(text, systemTexts):
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// name gives errors of an open database a name where they have one; others stay
// as they are.
func name(err error) error {
	if err == nil {
		return nil
	}
	switch text := err.Error(); {
	case says(text, fullTexts):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case says(text, brokenTexts):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
