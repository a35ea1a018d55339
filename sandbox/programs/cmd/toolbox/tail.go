package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const tailLines = 10

// tail is tail [-f] FILE: its last ten lines, and with -f whatever is appended to it, until a signal ends the program. Job containers are
// kept alive with tail -f /dev/null.
func tail(args []string, out io.Writer) error {
	flags, files, err := split(args, "f")
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return errors.New("want one FILE")
	}
	file, err := os.Open(files[0])
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	if _, err := out.Write(lastLines(content, tailLines)); err != nil || !flags['f'] {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return follow(file, info.Mode().IsRegular(), out)
}

func lastLines(content []byte, count int) []byte {
	from := len(bytes.TrimSuffix(content, []byte("\n")))
	for ; count > 0 && from >= 0; count-- {
		from = bytes.LastIndexByte(content[:from], '\n')
	}
	return content[from+1:]
}

func follow(file *os.File, grows bool, out io.Writer) error {
	ended := endSignals()
	for {
		var next <-chan time.Time
		if grows {
			next = time.After(time.Second)
		}
		select {
		case <-ended:
			return silent(128 + int(syscall.SIGTERM))
		case <-next:
			if _, err := io.Copy(out, file); err != nil {
				return err
			}
		}
	}
}

// endSignals must be asked for: the kernel spares the first process of a container a signal that it does not handle.
func endSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return signals
}
