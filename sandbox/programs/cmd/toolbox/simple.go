package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// echo is echo [-n] TEXT...
func echo(args []string, out io.Writer) error {
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	_, err := fmt.Fprint(out, strings.Join(args, " "), end)
	return err
}

// sleep is sleep SECONDS, also with a unit (90s, 2m), or infinity.
func sleep(args []string, _ io.Writer) error {
	if len(args) != 1 {
		return errors.New("want one duration")
	}
	if args[0] == "infinity" {
		<-endSignals()
		return silent(128 + int(syscall.SIGTERM))
	}
	if seconds, err := strconv.ParseFloat(args[0], 64); err == nil {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		return nil
	}
	duration, err := time.ParseDuration(args[0])
	if err != nil {
		return fmt.Errorf("not a duration: %s", args[0])
	}
	time.Sleep(duration)
	return nil
}

// id is id [-u | -g | -G].
func id(args []string, out io.Writer) error {
	flags, _, err := split(args, "ugG")
	if err != nil {
		return err
	}
	groups, err := os.Getgroups()
	if err != nil {
		return err
	}
	switch {
	case flags['u']:
		fmt.Fprintln(out, os.Getuid())
	case flags['g']:
		fmt.Fprintln(out, os.Getgid())
	case flags['G']:
		fmt.Fprintln(out, numbers(groups, " "))
	default:
		fmt.Fprintf(out, "uid=%d gid=%d groups=%s\n", os.Getuid(), os.Getgid(), numbers(groups, ","))
	}
	return nil
}

func numbers(values []int, separator string) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.Itoa(value)
	}
	return strings.Join(texts, separator)
}

// test is test [!] EXPRESSION with one file or string test, or a comparison of two strings.
func test(args []string, _ io.Writer) error {
	if len(args) > 0 && args[0] == "!" {
		err := test(args[1:], nil)
		var code silent
		switch {
		case err == nil:
			return silent(1)
		case errors.As(err, &code) && code == 1:
			return nil
		}
		return err
	}
	holds, err := evaluate(args)
	if err != nil {
		return err
	}
	if !holds {
		return silent(1)
	}
	return nil
}

func evaluate(args []string) (bool, error) {
	switch len(args) {
	case 0:
		return false, nil
	case 1:
		return args[0] != "", nil
	case 2:
		return evaluateOne(args[0], args[1])
	case 3:
		switch args[1] {
		case "=", "==":
			return args[0] == args[2], nil
		case "!=":
			return args[0] != args[2], nil
		}
	}
	return false, fmt.Errorf("cannot test %q", strings.Join(args, " "))
}

func evaluateOne(operator, operand string) (bool, error) {
	switch operator {
	case "-n":
		return operand != "", nil
	case "-z":
		return operand == "", nil
	case "-h", "-L":
		info, err := os.Lstat(operand)
		return err == nil && info.Mode()&os.ModeSymlink != 0, nil
	}
	info, err := os.Stat(operand)
	switch operator {
	case "-e":
		return err == nil, nil
	case "-f":
		return err == nil && info.Mode().IsRegular(), nil
	case "-d":
		return err == nil && info.IsDir(), nil
	case "-S":
		return err == nil && info.Mode()&os.ModeSocket != 0, nil
	case "-s":
		return err == nil && info.Size() > 0, nil
	case "-x":
		return err == nil && info.Mode()&0o111 != 0, nil
	}
	return false, fmt.Errorf("unknown test %s", operator)
}
