package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

type copier struct {
	verbose, preserve bool
	out               io.Writer
}

// copyCommand is cp [-afprRv] SOURCE... TARGET. With SOURCE/. the contents of the folder are copied, not the folder itself.
func copyCommand(args []string, out io.Writer) error {
	flags, operands, err := split(args, "afprRv")
	if err != nil {
		return err
	}
	if len(operands) < 2 {
		return errors.New("want SOURCE... TARGET")
	}
	recursive := flags['r'] || flags['R'] || flags['a']
	c := copier{verbose: flags['v'], preserve: flags['p'] || flags['a'], out: out}
	sources, target := operands[:len(operands)-1], operands[len(operands)-1]
	info, err := os.Stat(target)
	isFolder := err == nil && info.IsDir()
	if !isFolder && (len(sources) > 1 || strings.HasSuffix(target, "/")) {
		return fmt.Errorf("target %s is not a directory", target)
	}
	for _, source := range sources {
		if err := c.copyOne(source, target, isFolder, recursive); err != nil {
			return err
		}
	}
	return nil
}

func (c copier) copyOne(source, target string, intoFolder, recursive bool) error {
	info, err := os.Lstat(source)
	if err != nil {
		return err
	}
	if info.IsDir() && !recursive {
		return fmt.Errorf("-r not specified; omitting directory %s", source)
	}
	contentsOnly := filepath.Base(source) == "." || strings.HasSuffix(source, "/.") || strings.HasSuffix(source, "/..")
	if intoFolder && !contentsOnly {
		target = filepath.Join(target, filepath.Base(source))
	}
	return c.copyTree(filepath.Clean(source), filepath.Clean(target))
}

func (c copier) copyTree(source, target string) error {
	info, err := os.Lstat(source)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return c.copyLink(source, target)
	case info.IsDir():
		return c.copyFolder(source, target, info)
	case info.Mode().IsRegular():
		return c.copyFile(source, target, info)
	}
	return fmt.Errorf("%s is neither file, folder nor link", source)
}

func (c copier) copyFolder(source, target string, info fs.FileInfo) error {
	entries, err := os.ReadDir(source)
	if err != nil {
		return err
	}
	// Writable while it is being filled; its own mode comes last.
	if err := os.Mkdir(target, 0o700); err == nil {
		c.say(source, target)
		defer os.Chmod(target, info.Mode().Perm())
	} else if existing, statErr := os.Stat(target); statErr != nil || !existing.IsDir() {
		return err
	}
	for _, entry := range entries {
		if err := c.copyTree(filepath.Join(source, entry.Name()), filepath.Join(target, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (c copier) copyLink(source, target string) error {
	destination, err := os.Readlink(source)
	if err != nil {
		return err
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c.say(source, target)
	return os.Symlink(destination, target)
}

func (c copier) copyFile(source, target string, info fs.FileInfo) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	c.say(source, target)
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	if err := to.Close(); err != nil {
		return err
	}
	if !c.preserve {
		return nil
	}
	if err := os.Chmod(target, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Chtimes(target, info.ModTime(), info.ModTime())
}

func (c copier) say(source, target string) {
	if c.verbose {
		fmt.Fprintf(c.out, "'%s' -> '%s'\n", source, target)
	}
}
