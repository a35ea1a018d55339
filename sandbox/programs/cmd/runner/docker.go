package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

const defaultDockerHost = "unix:///var/run/docker.sock"

// waitForDocker waits as actions/runner's run-helper.sh does: once a second, and without giving up the start when it was in vain.
func waitForDocker(ctx context.Context, host string, seconds int, log func(string, ...any)) {
	if host == "" {
		host = defaultDockerHost
	}
	log("Waiting for docker to be ready.")
	deadline := time.Now().Add(time.Duration(seconds) * time.Second)
	for {
		if pingDocker(ctx, host) {
			log("Docker is ready.")
			return
		}
		if ctx.Err() != nil {
			return
		}
		if !time.Now().Add(time.Second).Before(deadline) {
			log("##[error]Docker did not answer at %s within %d seconds. Going on without it.", host, seconds)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func pingDocker(ctx context.Context, host string) bool {
	network, address, found := strings.Cut(host, "://")
	if !found {
		return false
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/_ping", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
