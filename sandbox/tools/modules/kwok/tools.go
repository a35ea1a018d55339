//go:build tools

// Package tools pins the program built from this module; see the table in sandbox/tools/catalog.ts.
package tools

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
