package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// move is mv [-f] SOURCE... TARGET, also from one file system to another.
func move(args []string, out io.Writer) error {
	_, operands, err := split(args, "f")
	if err != nil {
		return err
	}
	if len(operands) < 2 {
		return errors.New("want SOURCE... TARGET")
	}
	sources, target := operands[:len(operands)-1], operands[len(operands)-1]
	info, err := os.Stat(target)
	isFolder := err == nil && info.IsDir()
	if !isFolder && len(sources) > 1 {
		return fmt.Errorf("target %s is not a directory", target)
	}
	for _, source := range sources {
		destination := target
		if isFolder {
			destination = filepath.Join(target, filepath.Base(source))
		}
		if err := moveOne(source, destination, out); err != nil {
			return err
		}
	}
	return nil
}

func moveOne(source, target string, out io.Writer) error {
	err := os.Rename(source, target)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	if err := (copier{preserve: true, out: out}).copyTree(source, target); err != nil {
		return err
	}
	return os.RemoveAll(source)
}
