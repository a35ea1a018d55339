package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// legacyService plays the stand-in for a runner that registers itself.
type legacyService struct {
	*httptest.Server
	mu         sync.Mutex
	asked      []string
	registered map[string]any
	// jobs left to hand out; afterwards polls are held until the runner is removed.
	jobs    int
	busy    bool
	removed chan struct{}
	status  int
}

func newLegacyService(t *testing.T, jobs int) *legacyService {
	s := &legacyService{jobs: jobs, removed: make(chan struct{}), status: http.StatusCreated}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *legacyService) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/_runner"))
	reply := func(status int, body any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	switch {
	case r.URL.Path == "/_runner":
		if r.Header.Get("Authorization") != "RemoteAuth hush" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewDecoder(r.Body).Decode(&s.registered)
		if s.status != http.StatusCreated {
			reply(s.status, map[string]any{"message": "a runner of that name exists already"})
			return
		}
		reply(s.status, map[string]any{"serverUrl": s.URL, "runnerId": 7, "runnerName": "r1", "secret": "hush too"})
	case r.Method == http.MethodDelete && strings.Count(r.URL.Path, "/") == 2:
		if s.busy {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		close(s.removed)
		w.WriteHeader(http.StatusNoContent)
	case strings.HasSuffix(r.URL.Path, "/job") && s.jobs > 0:
		s.jobs--
		reply(http.StatusOK, job(0.3, "success", 0))
	case strings.HasSuffix(r.URL.Path, "/job"):
		s.mu.Unlock()
		select {
		case <-s.removed:
		case <-r.Context().Done():
		}
		s.mu.Lock()
		w.WriteHeader(http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, "/session"):
		reply(http.StatusOK, map[string]any{"sessionId": "s1", "heartbeatSeconds": 60})
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *legacyService) count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(s.asked), func(asked string) bool { return asked != what }))
}

// start runs the program with the environment of a pod, changed by `change`.
func (s *legacyService) start(ctx context.Context, t *testing.T, change map[string]string) (int, string) {
	t.Helper()
	environment := map[string]string{
		"RUNNER_TOKEN": "hush", "RUNNER_NAME": "r1", "RUNNER_ORG": "acme", "RUNNER_LABELS": "gpu, linux", "RUNNER_EPHEMERAL": "true",
		"GITHUB_URL": s.URL, "RUNNER_HOME": t.TempDir(), "RUNNER_GRACEFUL_STOP_TIMEOUT": "0",
	}
	for name, value := range change {
		environment[name] = value
	}
	l, err := readLegacyConfig(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var text strings.Builder
	code := startLegacy(ctx, l, func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&text, format+"\n", args...)
	})
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(text.String(), "hush") {
		t.Error("a secret was logged")
	}
	if _, err := os.Stat(filepath.Join(environment["RUNNER_HOME"], ".runner")); err == nil {
		t.Error("the file .runner stayed behind")
	}
	return code, text.String()
}

func TestLegacyRunnerRegistersRunsOneJobAndEnds(t *testing.T) {
	s := newLegacyService(t, 5)
	code, text := s.start(t.Context(), t, map[string]string{"RUNNER_GROUP": "fast"})
	if code != exitDone || s.count("POST /7/session/s1/finished") != 1 {
		t.Errorf("exit code %d, asked %q:\n%s", code, s.asked, text)
	}
	want := map[string]any{"url": s.URL + "/acme", "name": "r1", "labels": []any{"gpu", "linux"}, "group": "fast", "ephemeral": true}
	if fmt.Sprint(s.registered) != fmt.Sprint(want) {
		t.Errorf("registered %v, want %v", s.registered, want)
	}
}

func TestLegacyStaticRunnerRunsOneJobAfterTheOther(t *testing.T) {
	s := newLegacyService(t, 3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for s.count("POST /7/session/s1/finished") < 3 {
			time.Sleep(10 * time.Millisecond)
		}
		stop()
	}()
	if code, text := s.start(ctx, t, map[string]string{"RUNNER_EPHEMERAL": "false"}); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, text)
	}
}

func TestLegacyRunnerIsTakenOutWhenItIsToldToStop(t *testing.T) {
	s := newLegacyService(t, 0)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	code, text := s.start(ctx, t, nil)
	if code != exitDone || s.count("DELETE /7") != 1 {
		t.Errorf("exit code %d, asked %q:\n%s", code, s.asked, text)
	}
}

func TestLegacyRunnerFinishesItsJobWhenItIsToldToStop(t *testing.T) {
	for seconds, result := range map[string]string{"15": "succeeded", "0": "canceled"} {
		s := newLegacyService(t, 1)
		s.busy = true
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			for s.count("POST /7/session/s1/started") == 0 {
				time.Sleep(time.Millisecond)
			}
			stop()
		}()
		_, text := s.start(ctx, t, map[string]string{"RUNNER_GRACEFUL_STOP_TIMEOUT": seconds})
		if !strings.Contains(text, "completed with result: "+result) {
			t.Errorf("%s s, want %s:\n%s", seconds, result, text)
		}
		stop()
	}
}

func TestLegacyRunnerEndsWithZeroEvenWhenItIsRefused(t *testing.T) {
	s := newLegacyService(t, 0)
	s.status = http.StatusConflict
	code, text := s.start(t.Context(), t, nil)
	if code != exitDone || !strings.Contains(text, "Configuration failed!") {
		t.Errorf("exit code %d:\n%s", code, text)
	}
}

func TestLegacyRunnerWaitsForDocker(t *testing.T) {
	s := newLegacyService(t, 1)
	socket := filepath.Join(t.TempDir(), "docker.sock")
	environment := map[string]string{"DOCKER_ENABLED": "true", "DOCKER_HOST": "unix://" + socket, "WAIT_FOR_DOCKER_SECONDS": "1"}
	if _, text := s.start(t.Context(), t, environment); !strings.Contains(text, "Docker has not become available") {
		t.Errorf("no daemon:\n%s", text)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	daemon := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "OK") })}
	go func() { _ = daemon.Serve(listener) }()
	t.Cleanup(func() { _ = daemon.Close() })
	if _, text := s.start(t.Context(), t, environment); !strings.Contains(text, "completed with result: succeeded") {
		t.Errorf("with a daemon:\n%s", text)
	}
}

func TestLegacyEnvironmentIsReadLikeTheEntryPointDoes(t *testing.T) {
	read := func(environment map[string]string) (legacyConfig, error) {
		return readLegacyConfig(func(name string) string { return environment[name] })
	}
	for _, c := range []struct {
		organization, repository, enterprise, group string
		scope, groupUsed                            string
	}{
		{organization: "acme", group: "fast", scope: "acme", groupUsed: "fast"},
		{repository: "acme/api", group: "fast", scope: "acme/api"},
		{enterprise: "globex", scope: "enterprises/globex"},
		{organization: "acme", repository: "api", enterprise: "globex", scope: "acme/api"},
	} {
		l, err := read(map[string]string{
			"RUNNER_NAME": "r1", "RUNNER_ORG": c.organization, "RUNNER_REPO": c.repository, "RUNNER_ENTERPRISE": c.enterprise, "RUNNER_GROUP": c.group,
		})
		if err != nil || l.scope != c.scope || l.group != c.groupUsed {
			t.Errorf("%+v: scope %q, group %q, %v", c, l.scope, l.group, err)
		}
	}
	_, err := read(map[string]string{"RUNNER_TOKEN": "hush", "GITHUB_URL": "nowhere", "WAIT_FOR_DOCKER_SECONDS": "soon"})
	for _, part := range []string{"GITHUB_URL", "RUNNER_NAME", "RUNNER_ORG", "WAIT_FOR_DOCKER_SECONDS"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
}
