// Package storetest is the one suite that every store passes: the identity rule,
// search, numbers, the archive, quarantine, ledger and erasure.
//
// It never knows a store's tables, and holds no store of its own.
package storetest
