// Command toolbox holds the few commands that pods of the sandbox call in images made from scratch. It is called by the name of
// the command, or as toolbox COMMAND.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

type applet func(args []string, out io.Writer) error

// applets is filled at start: the shell among them looks into it.
var applets map[string]applet

func init() {
	applets = map[string]applet{
		"cat":   cat,
		"cp":    copyCommand,
		"echo":  echo,
		"false": func([]string, io.Writer) error { return silent(1) },
		"id":    id,
		"ls":    ls,
		"mkdir": mkdir,
		"mv":    move,
		"rm":    remove,
		"sh":    shell,
		"sleep": sleep,
		"tail":  tail,
		"test":  test,
		"true":  func([]string, io.Writer) error { return nil },
	}
}

// silent is an exit code without a message.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if _, known := applets[name]; !known && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	os.Exit(call(name, args, os.Stdout, os.Stderr))
}

func call(name string, args []string, out, errors io.Writer) int {
	run, known := applets[name]
	if !known {
		fmt.Fprintf(errors, "toolbox: no command %s\n", name)
		return 127
	}
	err := run(args, out)
	if code, quiet := err.(silent); quiet {
		return int(code)
	}
	if err != nil {
		fmt.Fprintf(errors, "%s: %v\n", name, err)
		return 1
	}
	return 0
}
