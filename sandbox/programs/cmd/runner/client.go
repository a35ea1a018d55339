package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// errGone means that the service no longer knows this runner, or that another process has taken its place.
var errGone = errors.New("this runner is no longer registered")

// errRefused means that the service answered, and that asking again would not change the answer.
var errRefused = errors.New("refused by the service")

type session struct {
	SessionID        string  `json:"sessionId"`
	HeartbeatSeconds float64 `json:"heartbeatSeconds"`
}

// work is what the service has for the runner: a job, or the message that the runner is too old.
type work struct {
	Kind        string  `json:"kind"`
	RequestID   int64   `json:"requestId"`
	DisplayName string  `json:"displayName"`
	Repository  string  `json:"repository"`
	Seconds     float64 `json:"seconds"`
	ExitCode    int     `json:"exitCode"`
	Outcome     string  `json:"outcome"`
	// Container is what the workflow says under container:, and absent for a job that runs on the runner itself.
	Container *container  `json:"container"`
	Services  []container `json:"services"`
}

// container is a container of the job as its workflow names it; Name is set for services only.
type container struct {
	Name  string            `json:"name"`
	Image string            `json:"image"`
	Env   map[string]string `json:"env"`
}

// client speaks the runner protocol of the stand-in (sandbox/github/README.md).
type client struct {
	jit     jitConfig
	http    *http.Client
	session session
	// wait is the first pause after a failed request; it doubles up to maxWait.
	wait, maxWait time.Duration
	log           func(format string, args ...any)
}

func newClient(jit jitConfig, log func(string, ...any)) *client {
	return &client{
		jit: jit,
		// Longer than the service holds a poll.
		http:    &http.Client{Timeout: 90 * time.Second},
		wait:    500 * time.Millisecond,
		maxWait: 15 * time.Second,
		log:     log,
	}
}

func (c *client) connect(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "", map[string]string{"version": version}, &c.session)
}

func (c *client) disconnect(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/"+c.session.SessionID, nil, nil)
}

// nextWork polls until there is something to do.
func (c *client) nextWork(ctx context.Context) (work, error) {
	for {
		var w work
		if err := c.call(ctx, http.MethodGet, "/"+c.session.SessionID+"/job", nil, &w); err != nil {
			return w, err
		}
		if w.Kind != "" {
			return w, nil
		}
	}
}

func (c *client) started(ctx context.Context, id int64) error {
	return c.call(ctx, http.MethodPost, "/"+c.session.SessionID+"/started", map[string]any{"requestId": id}, nil)
}

// finished reports the end of a job; the reason is for people and may be empty.
func (c *client) finished(ctx context.Context, id int64, result, reason string) error {
	body := map[string]any{"requestId": id, "result": result}
	if reason != "" {
		body["reason"] = reason
	}
	return c.call(ctx, http.MethodPost, "/"+c.session.SessionID+"/finished", body, nil)
}

func (c *client) heartbeat(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/"+c.session.SessionID+"/heartbeat", nil, nil)
}

// call repeats a request until the service answers it, for as long as the context allows.
func (c *client) call(ctx context.Context, method, path string, body, reply any) error {
	for wait := c.wait; ; wait = min(2*wait, c.maxWait) {
		err := c.once(ctx, method, path, body, reply)
		if err == nil || errors.Is(err, errGone) || errors.Is(err, errRefused) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.log("No answer, trying again in %v: %v", wait, err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (c *client) once(ctx context.Context, method, path string, body, reply any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%w: %v", errRefused, err)
		}
		payload = bytes.NewReader(encoded)
	}
	url := fmt.Sprintf("%s/_runner/%d/session%s", c.jit.ServerURL, c.jit.RunnerID, path)
	request, err := http.NewRequestWithContext(ctx, method, url, payload)
	if err != nil {
		return fmt.Errorf("%w: %v", errRefused, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.jit.Secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	switch {
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusConflict:
		return fmt.Errorf("%w: %s", errGone, text)
	case response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("status %s", response.Status)
	case response.StatusCode >= 300:
		return fmt.Errorf("%w: %s: %s", errRefused, response.Status, text)
	case reply != nil && len(text) > 0:
		return json.Unmarshal(text, reply)
	}
	return nil
}
