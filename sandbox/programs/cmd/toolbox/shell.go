package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// shell is sh -c SCRIPT for scripts that are commands of this program joined by &&, with quotes and file name patterns: what the container
// hooks run in their init container. Anything else of a shell is refused rather than half understood.
func shell(args []string, out io.Writer) error {
	for len(args) > 0 && args[0] == "-e" {
		args = args[1:]
	}
	if len(args) != 2 || args[0] != "-c" {
		return errors.New("want -c SCRIPT: this is no shell, it knows commands joined by && only")
	}
	commands, err := parse(args[1])
	if err != nil {
		return err
	}
	for _, words := range commands {
		run, known := applets[words[0].text]
		if !known {
			return fmt.Errorf("%s: not found", words[0].text)
		}
		// Patterns are looked up only now: an earlier command may have made the files.
		var arguments []string
		for _, w := range words[1:] {
			arguments = append(arguments, w.expand()...)
		}
		if err := run(arguments, out); err != nil {
			return err
		}
	}
	return nil
}

type word struct {
	text string
	// pattern tells of a * or ? outside of quotes.
	pattern bool
}

// expand gives the files that a pattern matches, and the word itself when there are none, as shells do.
func (w word) expand() []string {
	if w.pattern {
		if files, err := filepath.Glob(w.text); err == nil && len(files) > 0 {
			return files
		}
	}
	return []string{w.text}
}

const needsShell = "|&;<>$`(){}\\\n"

// parse splits a script into commands, and each into its words.
func parse(script string) ([][]word, error) {
	commands := [][]word{nil}
	inWord := false
	current := func() *word {
		command := &commands[len(commands)-1]
		if !inWord {
			*command = append(*command, word{})
			inWord = true
		}
		return &(*command)[len(*command)-1]
	}
	for rest := script; rest != ""; {
		c := rest[0]
		rest = rest[1:]
		switch {
		case c == ' ' || c == '\t':
			inWord = false
		case c == '\'' || c == '"':
			quoted, after, closed := strings.Cut(rest, string(c))
			if !closed || (c == '"' && strings.ContainsAny(quoted, "$`\\")) {
				return nil, fmt.Errorf("%q needs a real shell", script)
			}
			current().text += quoted
			rest = after
		case c == '&' && strings.HasPrefix(rest, "&"):
			commands, inWord, rest = append(commands, nil), false, rest[1:]
		case strings.IndexByte(needsShell, c) >= 0:
			return nil, fmt.Errorf("%q needs a real shell", script)
		default:
			w := current()
			w.text += string(c)
			w.pattern = w.pattern || c == '*' || c == '?'
		}
	}
	for _, words := range commands {
		if len(words) == 0 {
			return nil, fmt.Errorf("a command is missing in %q", script)
		}
	}
	return commands, nil
}
