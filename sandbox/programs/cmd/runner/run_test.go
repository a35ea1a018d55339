package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// service plays the stand-in: it answers each kind of request as the test says and notes what it was asked.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	answer map[string]func(n int) (int, any)
}

func newService(t *testing.T, job any) *service {
	s := &service{answer: map[string]func(int) (int, any){
		"POST session": func(int) (int, any) { return 200, map[string]any{"sessionId": "s1", "heartbeatSeconds": 0.05} },
		"GET job":      func(int) (int, any) { return 200, job },
	}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer hush" {
		w.WriteHeader(401)
		return
	}
	parts := strings.Split(r.URL.Path, "/")
	what := r.Method + " " + parts[len(parts)-1]
	var body struct{ Result, Reason string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	if body.Reason != "" {
		body.Result += ": " + body.Reason
	}
	s.mu.Lock()
	n := 0
	for _, former := range s.asked {
		if former == what || strings.HasPrefix(former, what+" ") {
			n++
		}
	}
	s.asked = append(s.asked, strings.TrimSpace(what+" "+body.Result))
	s.mu.Unlock()
	status, reply := 204, any(nil)
	if answer, found := s.answer[what]; found {
		status, reply = answer(n)
	}
	w.WriteHeader(status)
	if reply != nil {
		_ = json.NewEncoder(w).Encode(reply)
	}
}

// saw gives the requests without the heartbeats.
func (s *service) saw() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.asked), func(what string) bool { return what == "POST heartbeat" })
}

func (s *service) run(ctx context.Context, t *testing.T, environment map[string]string) (int, string) {
	t.Helper()
	jit := fmt.Sprintf(`{"serverUrl":%q,"runnerId":7,"runnerName":"r7","secret":"hush"}`, s.URL)
	if environment == nil {
		environment = map[string]string{}
	}
	environment["ACTIONS_RUNNER_INPUT_JITCONFIG"] = base64.StdEncoding.EncodeToString([]byte(jit))
	c, err := readConfig(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var text strings.Builder
	log := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&text, format+"\n", args...)
	}
	api := newClient(c.jit, log)
	api.wait, api.maxWait = time.Millisecond, 5*time.Millisecond
	code := run(ctx, c, api, log)
	if strings.Contains(text.String(), "hush") {
		t.Error("the secret was logged")
	}
	return code, text.String()
}

func job(seconds float64, outcome string, exitCode int) map[string]any {
	return map[string]any{"kind": "job", "requestId": 5, "displayName": "job 1", "seconds": seconds, "outcome": outcome, "exitCode": exitCode}
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestRunsOneJobAndReportsIt(t *testing.T) {
	for outcome, result := range map[string]string{"success": "succeeded", "failure": "failed"} {
		s := newService(t, job(0, outcome, 0))
		code, _ := s.run(t.Context(), t, nil)
		if code != exitDone {
			t.Errorf("%s: exit code %d", outcome, code)
		}
		expect(t, s.saw(), "POST session", "GET job", "POST started", "POST finished "+result)
	}
}

func TestFailsAJobWhoseLastStepFails(t *testing.T) {
	s := newService(t, job(0, "success", 3))
	s.run(t.Context(), t, nil)
	expect(t, s.saw(), "POST session", "GET job", "POST started", "POST finished failed")
}

func TestBeatsWhileTheJobRuns(t *testing.T) {
	s := newService(t, job(0.4, "success", 0))
	s.run(t.Context(), t, nil)
	if beats := len(s.asked) - len(s.saw()); beats < 3 {
		t.Errorf("%d heartbeats in 400 ms at 50 ms each", beats)
	}
}

func TestDiesWithoutAReportWhenTheJobSaysSo(t *testing.T) {
	s := newService(t, job(0, "crash", 9))
	code, _ := s.run(t.Context(), t, nil)
	if code != 9 {
		t.Errorf("exit code %d", code)
	}
	expect(t, s.saw(), "POST session", "GET job", "POST started")
}

func TestLeavesWithSevenOnlyWhenAskedFor(t *testing.T) {
	deprecated := map[string]any{"kind": "deprecated"}
	asked := map[string]string{"ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE": "1"}
	if code, _ := newService(t, deprecated).run(t.Context(), t, asked); code != exitDeprecated {
		t.Errorf("exit code %d, want 7", code)
	}
	if code, _ := newService(t, deprecated).run(t.Context(), t, nil); code != exitError {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestRepeatsWhatTheServiceDidNotAnswer(t *testing.T) {
	s := newService(t, job(0, "success", 0))
	s.answer["POST finished"] = func(n int) (int, any) {
		if n < 2 {
			return 503, nil
		}
		return 204, nil
	}
	failTwice := s.answer["POST session"]
	s.answer["POST session"] = func(n int) (int, any) {
		if n < 2 {
			return 500, nil
		}
		return failTwice(n)
	}
	if code, _ := s.run(t.Context(), t, nil); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestRunsNothingThatTheServiceDidNotConfirm(t *testing.T) {
	s := newService(t, job(60, "success", 0))
	s.answer["POST started"] = func(int) (int, any) { return 409, map[string]string{"message": "not yours"} }
	if code, _ := s.run(t.Context(), t, nil); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	expect(t, s.saw(), "POST session", "GET job", "POST started")
}

func TestLeavesInPeaceWhenItsRegistrationIsGone(t *testing.T) {
	s := newService(t, nil)
	s.answer["POST session"] = func(int) (int, any) { return 404, map[string]string{"typeName": "AgentNotFoundException"} }
	if code, _ := s.run(t.Context(), t, nil); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestStopsAJobThatTheServiceGaveUp(t *testing.T) {
	s := newService(t, job(60, "success", 0))
	s.answer["POST heartbeat"] = func(int) (int, any) { return 404, nil }
	code, text := s.run(t.Context(), t, nil)
	if code != exitDone || !strings.Contains(text, "given up this runner") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

func TestCancelsItsJobOnAShutdownSignal(t *testing.T) {
	s := newService(t, job(60, "success", 0))
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if code, _ := s.run(ctx, t, nil); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	expect(t, s.saw(), "POST session", "GET job", "POST started", "POST finished canceled")
}

func TestDisconnectsWhenToldToStopWhileIdle(t *testing.T) {
	s := newService(t, nil)
	s.answer["GET job"] = func(int) (int, any) { time.Sleep(20 * time.Millisecond); return 204, nil }
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	if code, _ := s.run(ctx, t, nil); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if saw := s.saw(); saw[len(saw)-1] != "DELETE s1" {
		t.Errorf("asked %q last", saw[len(saw)-1])
	}
}

func TestWaitsForDocker(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	time.AfterFunc(300*time.Millisecond, func() {
		listener, err := net.Listen("unix", socket)
		if err != nil {
			t.Error(err)
			return
		}
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "OK") }))
	})
	environment := map[string]string{"DOCKER_HOST": "unix://" + socket, "RUNNER_WAIT_FOR_DOCKER_IN_SECONDS": "10"}
	_, text := newService(t, job(0, "success", 0)).run(t.Context(), t, environment)
	if !strings.Contains(text, "Docker is ready.") {
		t.Error(text)
	}
}

func TestGoesOnWithoutDocker(t *testing.T) {
	environment := map[string]string{"DOCKER_HOST": "unix:///nowhere", "RUNNER_WAIT_FOR_DOCKER_IN_SECONDS": "1"}
	code, text := newService(t, job(0, "success", 0)).run(t.Context(), t, environment)
	if code != exitDone || !strings.Contains(text, "Docker did not answer") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

func TestNamesWhatIsWrongWithItsConfiguration(t *testing.T) {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for input, want := range map[string]string{
		"":           "is not set",
		"%%%":        "is not base64",
		encode("x"):  "does not hold JSON",
		encode("{}"): "holds no server URL",
		encode(`{"serverUrl":"http://a","runnerId":1}`): "holds no runner id or secret",
	} {
		_, err := readConfig(func(name string) string {
			if name == "ACTIONS_RUNNER_INPUT_JITCONFIG" {
				return input
			}
			return ""
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", input, err, want)
		}
	}
}
