//go:build !unix

package cli

// private does nothing where permissions come from the folder.
func private() {}
