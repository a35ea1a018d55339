package main

import (
	"bytes"
	"strings"
)

// hookOutput passes the lines of a hook on to the runner's log and reads the workflow commands among them.
type hookOutput struct {
	log       func(string, ...any)
	lastError string
	rest      []byte
}

func (o *hookOutput) Write(text []byte) (int, error) {
	o.rest = append(o.rest, text...)
	for {
		line, rest, found := bytes.Cut(o.rest, []byte("\n"))
		if !found {
			return len(text), nil
		}
		o.rest = rest
		o.line(string(line))
	}
}

// flush takes a last line that has no end.
func (o *hookOutput) flush() {
	if len(o.rest) > 0 {
		o.line(string(o.rest))
		o.rest = nil
	}
}

func (o *hookOutput) line(line string) {
	switch {
	case strings.HasPrefix(line, "::error::"):
		o.lastError = unescape(strings.TrimPrefix(line, "::error::"))
		o.log("##[error]%s", o.lastError)
	case strings.HasPrefix(line, "::warning::"):
		o.log("##[warning]%s", unescape(strings.TrimPrefix(line, "::warning::")))
	case strings.HasPrefix(line, "::debug::"):
		// Shown by actions/runner only when a debug run was asked for.
	default:
		o.log("%s", line)
	}
}

// unescape takes back what @actions/core does to the message of a workflow command.
func unescape(message string) string {
	return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(message)
}
