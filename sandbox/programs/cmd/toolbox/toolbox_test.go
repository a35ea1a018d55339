package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes files from a map of path to content; a content that begins with "->" makes a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for path, content := range files {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, isLink := strings.CutPrefix(content, "->"); isLink {
			err = os.Symlink(target, full)
		} else {
			err = os.WriteFile(full, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func do(t *testing.T, want int, name string, args ...string) string {
	t.Helper()
	var out, errors bytes.Buffer
	if code := call(name, args, &out, &errors); code != want {
		t.Fatalf("%s %q: exit code %d, want %d: %s", name, args, code, want, &errors)
	}
	return out.String()
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCopiesTheContentsOfAFolder(t *testing.T) {
	source := tree(t, map[string]string{"node20/bin/node": "node", ".hidden": "h", "link": "->node20/bin/node"})
	if err := os.Chmod(filepath.Join(source, "node20/bin/node"), 0o755); err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	out := do(t, 0, "cp", "-r", "-v", source+"/.", target+"/")
	if content(t, filepath.Join(target, "node20/bin/node")) != "node" || content(t, filepath.Join(target, ".hidden")) != "h" {
		t.Error("files are missing")
	}
	if link, err := os.Readlink(filepath.Join(target, "link")); err != nil || link != "node20/bin/node" {
		t.Errorf("link to %q: %v", link, err)
	}
	if info, err := os.Stat(filepath.Join(target, "node20/bin/node")); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("the program is not executable: %v", err)
	}
	if !strings.Contains(out, "node20/bin/node' -> '") {
		t.Errorf("-v says %q", out)
	}
}

func TestCopiesAFolderIntoAnother(t *testing.T) {
	source := tree(t, map[string]string{"a/b": "1"})
	target := t.TempDir()
	do(t, 0, "cp", "-r", filepath.Join(source, "a"), target)
	if content(t, filepath.Join(target, "a/b")) != "1" {
		t.Error("not inside the target")
	}
	do(t, 0, "cp", "-r", filepath.Join(source, "a"), filepath.Join(target, "new"))
	if content(t, filepath.Join(target, "new/b")) != "1" {
		t.Error("not under the new name")
	}
}

func TestCopiesASecondTimeOverTheFirst(t *testing.T) {
	source := tree(t, map[string]string{"a": "new", "link": "->a"})
	target := tree(t, map[string]string{"a": "old and longer", "link": "->elsewhere"})
	do(t, 0, "cp", "-r", source+"/.", target)
	if content(t, filepath.Join(target, "a")) != "new" {
		t.Error("not replaced")
	}
}

func TestCopiesFiles(t *testing.T) {
	root := tree(t, map[string]string{"a": "1", "b": "2"})
	do(t, 0, "cp", filepath.Join(root, "a"), filepath.Join(root, "c"))
	if content(t, filepath.Join(root, "c")) != "1" {
		t.Error("not copied")
	}
	target := t.TempDir()
	do(t, 0, "cp", "-a", filepath.Join(root, "a"), filepath.Join(root, "b"), target)
	if content(t, filepath.Join(target, "b")) != "2" {
		t.Error("not copied")
	}
}

func TestRefusesToCopyWhatItCannot(t *testing.T) {
	root := tree(t, map[string]string{"a": "1", "b": "2", "d/e": "3"})
	do(t, 1, "cp", filepath.Join(root, "missing"), root)
	do(t, 1, "cp", filepath.Join(root, "d"), filepath.Join(root, "x"))
	do(t, 1, "cp", filepath.Join(root, "a"), filepath.Join(root, "b"), filepath.Join(root, "x"))
	do(t, 1, "cp", "-z", root, root)
	do(t, 1, "cp", root)
}

func TestMakesListsAndRemoves(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	do(t, 1, "mkdir", deep)
	do(t, 0, "mkdir", "-p", deep)
	do(t, 0, "mkdir", "-p", deep)
	if out := do(t, 0, "ls", root); out != "a\n" {
		t.Errorf("ls says %q", out)
	}
	do(t, 1, "ls", filepath.Join(root, "missing"))
	do(t, 1, "rm", filepath.Join(root, "missing"))
	do(t, 0, "rm", "-rf", filepath.Join(root, "missing"), filepath.Join(root, "a"))
	if out := do(t, 0, "ls", "-l", root); out != "" {
		t.Errorf("ls says %q", out)
	}
}

func TestTests(t *testing.T) {
	root := tree(t, map[string]string{"file": "x", "empty": ""})
	file, empty := filepath.Join(root, "file"), filepath.Join(root, "empty")
	for _, true_ := range [][]string{{"-f", file}, {"-d", root}, {"-e", root}, {"-s", file}, {"!", "-s", empty}, {"a", "=", "a"}, {"a", "!=", "b"}, {"-n", "x"}, {"-z", ""}, {"x"}} {
		do(t, 0, "test", true_...)
	}
	for _, false_ := range [][]string{{"-f", root}, {"-d", file}, {"-S", file}, {"a", "=", "b"}, {"!", "x"}, {}, {"-x", file}} {
		do(t, 1, "test", false_...)
	}
}

func TestTheRest(t *testing.T) {
	root := tree(t, map[string]string{"a": "1", "b": "2"})
	if out := do(t, 0, "cat", filepath.Join(root, "a"), filepath.Join(root, "b")); out != "12" {
		t.Errorf("cat says %q", out)
	}
	if out := do(t, 0, "echo", "-n", "a", "b"); out != "a b" {
		t.Errorf("echo says %q", out)
	}
	if out := do(t, 0, "id"); !strings.HasPrefix(out, "uid=") {
		t.Errorf("id says %q", out)
	}
	do(t, 0, "true")
	do(t, 1, "false")
	do(t, 0, "sleep", "0.01")
	do(t, 1, "sleep", "soon")
	do(t, 127, "python3")
}
