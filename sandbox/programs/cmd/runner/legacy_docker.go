package main

import (
	"context"
	"os"
	"time"
)

// startDockerd runs the daemon beside the runner, as the image's variant with Docker inside does.
func startDockerd(log func(string, ...any)) (func(), error) {
	process, err := os.StartProcess("/usr/bin/dockerd", []string{"dockerd"}, &os.ProcAttr{Files: []*os.File{nil, os.Stdout, os.Stderr}})
	if err != nil {
		return nil, err
	}
	log("Docker daemon started.")
	return func() {
		_ = process.Signal(os.Interrupt)
		_, _ = process.Wait()
	}, nil
}

// awaitDocker looks once a second whether the daemon answers, and gives up after the time.
func awaitDocker(ctx context.Context, host string, seconds int, log func(string, ...any)) bool {
	log("Waiting until Docker is available or the timeout of %d seconds is reached", seconds)
	deadline := time.Now().Add(time.Duration(seconds) * time.Second)
	for !pingDocker(ctx, host) {
		if !time.Now().Add(time.Second).Before(deadline) {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Second):
		}
	}
	return true
}
