//go:build tools

// Package tools pins the program built from this module; see the table in sandbox/tools/catalog.ts.
package tools

import (
	_ "github.com/versity/versitygw/cmd/versitygw"
)
