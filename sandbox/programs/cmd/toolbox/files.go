package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func cat(args []string, out io.Writer) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	for _, name := range args {
		if err := catOne(name, out); err != nil {
			return err
		}
	}
	return nil
}

func catOne(name string, out io.Writer) error {
	in := os.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	_, err := io.Copy(out, in)
	return err
}

// ls is ls [-al1] [PATH...].
func ls(args []string, out io.Writer) error {
	flags, paths, err := split(args, "al1")
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, path := range paths {
		if err := lsOne(path, flags['a'], flags['l'], out); err != nil {
			return err
		}
	}
	return nil
}

func lsOne(path string, all, long bool, out io.Writer) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	show := func(name string, info os.FileInfo) {
		if long {
			fmt.Fprintf(out, "%s %10d %s %s\n", info.Mode(), info.Size(), info.ModTime().UTC().Format("2006-01-02 15:04"), name)
		} else {
			fmt.Fprintln(out, name)
		}
	}
	if !info.IsDir() {
		show(path, info)
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name()[0] == '.' && !all {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		show(entry.Name(), info)
	}
	return nil
}

// mkdir is mkdir [-p] PATH...
func mkdir(args []string, _ io.Writer) error {
	flags, paths, err := split(args, "p")
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return errors.New("want PATH...")
	}
	for _, path := range paths {
		if flags['p'] {
			err = os.MkdirAll(path, 0o777)
		} else {
			err = os.Mkdir(path, 0o777)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// remove is rm [-rRf] PATH...
func remove(args []string, _ io.Writer) error {
	flags, paths, err := split(args, "rRf")
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, err := os.Lstat(path); err != nil {
			if flags['f'] && errors.Is(err, os.ErrNotExist) {
				continue
			}
			return err
		}
		if flags['r'] || flags['R'] {
			err = os.RemoveAll(path)
		} else {
			err = os.Remove(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
