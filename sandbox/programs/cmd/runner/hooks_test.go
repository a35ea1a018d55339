package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorder is a hook that keeps its input and environment, one file per call, and then does what the test says.
func recorder(t *testing.T, then string) (hooks, func() []string) {
	t.Helper()
	root := t.TempDir()
	script := filepath.Join(root, "hook")
	text := `#!/bin/sh
read line
response=$(echo "$line" | sed 's/.*"responseFile":"\([^"]*\)".*/\1/')
echo "$line" >> ` + root + `/calls
env > ` + root + `/environment
case "$line" in *prepare_job*) command=prepare;; *) command=cleanup;; esac
` + then + "\n"
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	calls := func() []string {
		content, err := os.ReadFile(filepath.Join(root, "calls"))
		if err != nil {
			return nil
		}
		return strings.Split(strings.TrimSpace(string(content)), "\n")
	}
	return hooks{script: script, root: root}, calls
}

const respond = `if [ $command = prepare ]; then echo '{"state":{"jobPod":"r7-workflow"},"isAlpine":false}' > "$response"; fi`

func quiet(string, ...any) {}

func inContainer(seconds float64) work {
	return work{Seconds: seconds, Outcome: "success", Repository: "sandbox", Container: &container{Image: "python:3", Env: map[string]string{"A": "1"}}}
}

func command(t *testing.T, call string) (input struct {
	Command      string
	ResponseFile string
	Args         struct {
		Container *hookContainer
		Services  []hookContainer
	}
	State map[string]string
}) {
	t.Helper()
	if err := json.Unmarshal([]byte(call), &input); err != nil {
		t.Fatal(err)
	}
	return input
}

func TestCallsTheHooksAroundTheJob(t *testing.T) {
	h, calls := recorder(t, respond)
	w := inContainer(0)
	w.Services = []container{{Name: "cache", Image: "redis:7"}}
	if v := perform(t.Context(), w, h, quiet); v != (verdict{succeeded, ""}) {
		t.Fatal(v)
	}
	if len(calls()) != 2 {
		t.Fatal(calls())
	}
	first, last := command(t, calls()[0]), command(t, calls()[1])
	if first.Command != "prepare_job" || last.Command != "cleanup_job" {
		t.Errorf("%s, %s", first.Command, last.Command)
	}
	job, services := first.Args.Container, first.Args.Services
	if job.Image != "python:3" || job.EnvironmentVariables["A"] != "1" || job.WorkingDirectory != "/__w/sandbox/sandbox" {
		t.Errorf("%+v", job)
	}
	if len(services) != 1 || services[0].Image != "redis:7" || services[0].ContextName != "cache" {
		t.Errorf("%+v", services)
	}
	if last.State["jobPod"] != "r7-workflow" {
		t.Errorf("the cleanup was told %v", last.State)
	}
	if _, err := os.Stat(first.ResponseFile); !os.IsNotExist(err) {
		t.Errorf("%s was left behind", first.ResponseFile)
	}
}

func TestTellsHooksTheFoldersAndNotTheSecret(t *testing.T) {
	t.Setenv("ACTIONS_RUNNER_INPUT_JITCONFIG", "hush")
	t.Setenv("ACTIONS_RUNNER_POD_NAME", "r7")
	h, _ := recorder(t, respond)
	perform(t.Context(), inContainer(0), h, quiet)
	content, err := os.ReadFile(filepath.Join(h.root, "environment"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	for _, want := range []string{
		"ACTIONS_RUNNER_POD_NAME=r7",
		"RUNNER_WORKSPACE=" + h.root + "/_work/sandbox",
		"GITHUB_WORKSPACE=" + h.root + "/_work/sandbox/sandbox",
		"RUNNER_TEMP=" + h.root + "/_work/_temp",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(string(content), "hush") {
		t.Error("the hook saw the runner's secret")
	}
}

func TestFailsAJobWithTheHooksLastError(t *testing.T) {
	h, calls := recorder(t, `[ $command = cleanup ] && exit 0
echo '::error::first'
echo '::error::Error: failed to create job pod: quota of 50%25 is used up%0Asecond line'
echo 'something else'
exit 1`)
	v := perform(t.Context(), inContainer(60), h, quiet)
	if v != (verdict{failed, "Error: failed to create job pod: quota of 50% is used up\nsecond line"}) {
		t.Errorf("%q", v)
	}
	if len(calls()) != 2 {
		t.Errorf("what a failed preparation left is not cleaned up: %q", calls())
	}
}

func TestFailsAJobWhoseCleanupFails(t *testing.T) {
	h, _ := recorder(t, respond+`
if [ $command = cleanup ]; then echo '::error::pods may not be deleted'; exit 1; fi`)
	if v := perform(t.Context(), inContainer(0), h, quiet); v != (verdict{failed, "pods may not be deleted"}) {
		t.Errorf("%q", v)
	}
	w := inContainer(0)
	w.Outcome = "failure"
	if v := perform(t.Context(), w, h, quiet); v != (verdict{failed, ""}) {
		t.Errorf("a job that failed by itself: %q", v)
	}
}

func TestCleansUpAfterAShutdownSignal(t *testing.T) {
	h, calls := recorder(t, respond)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if v := perform(ctx, inContainer(60), h, quiet); v != (verdict{canceled, ""}) {
		t.Errorf("%q", v)
	}
	if len(calls()) != 2 {
		t.Errorf("%q", calls())
	}
}

func TestLeavesEverythingBehindWhenItDies(t *testing.T) {
	h, calls := recorder(t, respond)
	w := inContainer(0)
	w.Outcome = "crash"
	if v := perform(t.Context(), w, h, quiet); v.result != crashed {
		t.Errorf("%q", v)
	}
	if len(calls()) != 1 {
		t.Errorf("a dead runner cleans nothing up: %q", calls())
	}
}

func TestRefusesAJobWithoutContainerWhenOneIsRequired(t *testing.T) {
	h, calls := recorder(t, respond)
	h.requireContainer = true
	v := perform(t.Context(), work{Seconds: 60}, h, quiet)
	if v != (verdict{failed, noContainer}) || calls() != nil {
		t.Errorf("%q, %q", v, calls())
	}
	h.requireContainer = false
	if v := perform(t.Context(), work{}, h, quiet); v.result != succeeded || calls() != nil {
		t.Errorf("such a job runs on the runner itself where that is allowed: %q, %q", v, calls())
	}
}

func TestIgnoresContainersWithoutHooks(t *testing.T) {
	if v := perform(t.Context(), inContainer(0), hooks{root: t.TempDir()}, quiet); v != (verdict{succeeded, ""}) {
		t.Errorf("%q", v)
	}
}

func TestNamesAHookThatIsMissing(t *testing.T) {
	h := hooks{script: "/nowhere/index.js", root: t.TempDir()}
	v := perform(t.Context(), inContainer(0), h, quiet)
	if v.result != failed || !strings.Contains(v.reason, "ACTIONS_RUNNER_CONTAINER_HOOKS") || !strings.Contains(v.reason, "/nowhere/index.js") {
		t.Errorf("%q", v)
	}
}

func TestNamesAHookThatAnswersNonsense(t *testing.T) {
	h, _ := recorder(t, `echo nonsense > "$response"`)
	if v := perform(t.Context(), inContainer(0), h, quiet); v.result != failed || !strings.Contains(v.reason, "no response that can be read") {
		t.Errorf("%q", v)
	}
}

func TestReportsTheReasonOfAFailure(t *testing.T) {
	s := newService(t, job(0, "success", 0))
	code, _ := s.run(t.Context(), t, map[string]string{"ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER": "true"})
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	expect(t, s.saw(), "POST session", "GET job", "POST started", "POST finished failed: "+noContainer)
}
