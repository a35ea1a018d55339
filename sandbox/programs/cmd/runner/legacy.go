package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// isLegacy tells whether the pod was made by the older kinds of ARC: these give a registration token instead of a configuration.
func isLegacy(getenv func(string) string) bool {
	return getenv("RUNNER_TOKEN") != "" && getenv("ACTIONS_RUNNER_INPUT_JITCONFIG") == ""
}

// startLegacy plays the entry point of the image summerwind/actions-runner (runner/entrypoint.sh of ARC): register, wait for Docker, run jobs.
// Once it has registered it always ends with 0, as the script does, so that the pod is cleared away.
func startLegacy(signalled context.Context, l legacyConfig, log func(string, ...any)) int {
	if l.dockerInside {
		stop, err := startDockerd(log)
		if err != nil {
			log("##[error]The Docker daemon could not be started: %v", err)
			return exitDone
		}
		defer stop()
	}
	jit, err := l.registerPatiently(signalled, log)
	if err != nil {
		log("##[error]Configuration failed! %v", err)
		return exitDone
	}
	log("√ Runner successfully added: %s (id %d)", jit.RunnerName, jit.RunnerID)
	defer l.remember(jit, log)()
	if l.docker && !awaitDocker(signalled, l.dockerHost, l.dockerSeconds, log) {
		log("##[error]Docker has not become available within %d seconds. Exiting.", l.dockerSeconds)
		return exitDone
	}
	l.serve(signalled, jit, log)
	return exitDone
}

// serve runs one job, or with a static runner one after the other. The signal first takes the runner out of the service: only one without
// a job can be taken out, so no job is lost between the signal and the end.
func (l legacyConfig) serve(signalled context.Context, jit jitConfig, log func(string, ...any)) {
	working, cancel := context.WithCancel(context.WithoutCancel(signalled))
	defer cancel()
	go func() {
		select {
		case <-working.Done():
			return
		case <-signalled.Done():
		}
		log("Shutdown signal received, removing the runner.")
		if err := l.remove(jit); err == nil || errors.Is(err, errGone) {
			return
		}
		log("The runner has a job; it gets %v to finish it.", l.graceful)
		select {
		case <-working.Done():
		case <-time.After(l.graceful):
			cancel()
		}
	}()
	for {
		api := newClient(jit, log)
		code := run(working, config{jit: jit, hooks: l.hooks}, api, log)
		if l.ephemeral || code != exitDone || signalled.Err() != nil || working.Err() != nil {
			return
		}
		// run also ends without an error when the registration is gone.
		if err := api.connect(working); err != nil {
			return
		}
	}
}

// registerPatiently tries ten times, a second apart, as startup.sh does.
func (l legacyConfig) registerPatiently(ctx context.Context, log func(string, ...any)) (jitConfig, error) {
	for left := registrationTries; ; left-- {
		jit, err := l.register(ctx)
		if err == nil || left == 1 || errors.Is(err, errRefused) {
			return jit, err
		}
		log("Configuration failed. Retrying: %v", err)
		select {
		case <-ctx.Done():
			return jit, ctx.Err()
		case <-time.After(registrationPause):
		}
	}
}

func (l legacyConfig) register(ctx context.Context) (jitConfig, error) {
	var jit jitConfig
	body := map[string]any{"url": l.url + l.scope, "name": l.name, "labels": l.labels, "ephemeral": l.ephemeral}
	if l.group != "" {
		body["group"] = l.group
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return jit, err
	}
	text, err := l.call(ctx, http.MethodPost, "/_runner", "RemoteAuth "+l.token, encoded)
	if err != nil {
		return jit, err
	}
	return jit, json.Unmarshal(text, &jit)
}

// remove takes an idle runner out of the service; it fails for one that has a job.
func (l legacyConfig) remove(jit jitConfig) error {
	ctx, stop := context.WithTimeout(context.Background(), removalTimeout)
	defer stop()
	_, err := l.call(ctx, http.MethodDelete, fmt.Sprintf("/_runner/%d", jit.RunnerID), "Bearer "+jit.Secret, nil)
	return err
}

func (l legacyConfig) call(ctx context.Context, method, path, authorization string, body []byte) ([]byte, error) {
	address, err := url.Parse(l.url)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errRefused, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, address.Scheme+"://"+address.Host+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errRefused, err)
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: removalTimeout}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s", errGone, text)
	case response.StatusCode >= 500:
		return nil, fmt.Errorf("status %s", response.Status)
	case response.StatusCode >= 300:
		return nil, fmt.Errorf("%w: %s: %s", errRefused, response.Status, text)
	}
	return text, nil
}

// remember writes the file by which others in the pod see that the runner is configured; the function it returns takes it away again.
func (l legacyConfig) remember(jit jitConfig, log func(string, ...any)) func() {
	file := filepath.Join(l.home, ".runner")
	content, err := json.Marshal(map[string]any{"agentId": jit.RunnerID, "agentName": jit.RunnerName, "gitHubUrl": l.url + l.scope, "workFolder": l.work})
	if err == nil {
		err = os.WriteFile(file, content, 0o644)
	}
	if err != nil {
		log("##[warning]%s could not be written: %v", file, err)
	}
	return func() { _ = os.Remove(file) }
}
