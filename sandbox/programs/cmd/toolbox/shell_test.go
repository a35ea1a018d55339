package main

import (
	"bytes"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRunsTheScriptOfTheHooksInitContainer(t *testing.T) {
	externals := tree(t, map[string]string{"node20/bin/node": "->/usr/local/bin/node", "README": "r"})
	root := t.TempDir()
	do(t, 0, "sh", "-c", "mkdir -p "+root+"/externals && mkdir -p "+root+"/work && mv "+externals+"/* "+root+"/externals/")
	if content(t, filepath.Join(root, "externals/README")) != "r" {
		t.Error("the file is missing")
	}
	if link, err := os.Readlink(filepath.Join(root, "externals/node20/bin/node")); err != nil || link != "/usr/local/bin/node" {
		t.Errorf("%s, %v", link, err)
	}
	if left, err := os.ReadDir(externals); err != nil || len(left) > 0 {
		t.Errorf("%v was left, %v", left, err)
	}
}

func TestStopsAScriptAtTheFirstFailure(t *testing.T) {
	if out := do(t, 1, "sh", "-c", "echo one && false && echo two"); out != "one\n" {
		t.Error(out)
	}
}

func TestKeepsQuotedWordsTogether(t *testing.T) {
	for script, want := range map[string]string{
		`echo 'a  b' "c*"d`:   "a  b c*d\n",
		`echo ''x /no/such/*`: "x /no/such/*\n",
		`echo "&&" && echo 2`: "&&\n2\n",
	} {
		if out := do(t, 0, "sh", "-c", script); out != want {
			t.Errorf("%s: %q", script, out)
		}
	}
}

func TestRefusesWhatOnlyAShellCanDo(t *testing.T) {
	for _, script := range []string{"echo $HOME", "echo a | cat", "echo a > b", "echo a; echo b", "sleep 1 &", "echo 'a", `echo "$A"`} {
		var out, errors bytes.Buffer
		if code := call("sh", []string{"-c", script}, &out, &errors); code != 1 || !strings.Contains(errors.String(), "needs a real shell") {
			t.Errorf("%s: exit code %d, %s", script, code, &errors)
		}
	}
	for _, script := range []string{"", "echo a &&", "&& echo a"} {
		var out, errors bytes.Buffer
		if call("sh", []string{"-c", script}, &out, &errors); !strings.Contains(errors.String(), "a command is missing") {
			t.Errorf("%s: %s", script, &errors)
		}
	}
	do(t, 1, "sh")
	do(t, 1, "sh", "script.sh")
	do(t, 1, "sh", "-c", "python3")
}

func TestMovesAsMvDoes(t *testing.T) {
	root := tree(t, map[string]string{"a": "a", "b": "b", "target/old": "o"})
	do(t, 0, "mv", filepath.Join(root, "a"), filepath.Join(root, "b"), filepath.Join(root, "target"))
	do(t, 0, "mv", filepath.Join(root, "target/a"), filepath.Join(root, "c"))
	if content(t, filepath.Join(root, "c")) != "a" || content(t, filepath.Join(root, "target/b")) != "b" {
		t.Error("moved to another place")
	}
	do(t, 1, "mv", filepath.Join(root, "c"), filepath.Join(root, "target/b"), filepath.Join(root, "new"))
	do(t, 1, "mv", filepath.Join(root, "c"))
}

func TestShowsTheLastLines(t *testing.T) {
	lines := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"
	for text, want := range map[string]string{lines + "\n": lines[4:] + "\n", lines: lines[4:], "1\n2\n": "1\n2\n", "": "", "\n": "\n"} {
		root := tree(t, map[string]string{"f": text})
		if out := do(t, 0, "tail", filepath.Join(root, "f")); out != want {
			t.Errorf("%q: %q", text, out)
		}
	}
}

// The test program sends itself the signal that ends a container.
func TestFollowsUntilItIsToldToEnd(t *testing.T) {
	done := make(chan int)
	for _, args := range [][]string{{"tail", "-f", "/dev/null"}, {"sleep", "infinity"}} {
		go func() {
			var out, errors bytes.Buffer
			done <- call(args[0], args[1:], &out, &errors)
		}()
		code := -1
		for code < 0 {
			code = interrupted(t, done)
		}
		if code != 143 {
			t.Errorf("%s: exit code %d", args, code)
		}
	}
}

// interrupted sends SIGTERM once and returns the exit code, or -1 when the command goes on. The test itself must survive the signal.
func interrupted(t *testing.T, done <-chan int) int {
	t.Helper()
	mine := make(chan os.Signal, 1)
	signal.Notify(mine, syscall.SIGTERM)
	defer signal.Stop(mine)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-done:
		return code
	case <-time.After(100 * time.Millisecond):
		return -1
	}
}
