package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func start(t *testing.T, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- daemon(ctx, args) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for range 100 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not appear", path)
}

func TestTheClientFindsTheDaemon(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "run", "docker.sock")
	start(t, "--host=unix://"+socket, "--mtu=1400")
	waitFor(t, socket)
	for command_, want := range map[string]string{"info": "stand-in", "version": "stand-in", "ps": "CONTAINER ID"} {
		var out bytes.Buffer
		if err := command(t.Context(), []string{command_}, "unix://"+socket, &out); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("docker %s: %v: %s", command_, err, out.String())
		}
	}
}

func TestTheSocketBelongsToTheGroup(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give files away")
	}
	socket := filepath.Join(t.TempDir(), "docker.sock")
	start(t, "--host=unix://"+socket, "--group=123")
	waitFor(t, socket)
	for range 100 {
		info, err := os.Stat(socket)
		if err != nil {
			t.Fatal(err)
		}
		if info.Sys().(*syscall.Stat_t).Gid == 123 {
			if info.Mode().Perm() != 0o660 {
				t.Errorf("mode %v", info.Mode())
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the group was not set")
}

func TestAStaleSocketIsNoObstacle(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	if err := os.WriteFile(socket, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "-H", "unix://"+socket)
	for range 100 {
		if command(t.Context(), []string{"info"}, "unix://"+socket, &bytes.Buffer{}) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the daemon does not answer")
}

func TestNoDaemonIsAnError(t *testing.T) {
	err := command(t.Context(), []string{"info"}, "unix:///nowhere/docker.sock", &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "Is the docker daemon running?") {
		t.Error(err)
	}
}

func TestWhatItCannotDoIsRefused(t *testing.T) {
	if err := command(t.Context(), []string{"run", "alpine"}, "", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), notice) {
		t.Error(err)
	}
	answer := httptest.NewRecorder()
	api().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/v1.47/containers/create", nil))
	if answer.Code != http.StatusNotImplemented {
		t.Errorf("status %d", answer.Code)
	}
	for _, args := range [][]string{{"--host=tcp://0.0.0.0:2375"}, {"--group=nobody-knows-it"}, {"--host"}} {
		if _, err := parseDaemon(args); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}

func TestThePingOfAnyApiVersion(t *testing.T) {
	for _, path := range []string{"/_ping", "/v1.24/_ping"} {
		answer := httptest.NewRecorder()
		api().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != http.StatusOK || answer.Body.String() != "OK" {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
	}
}
