// Command docker is a stand-in for Docker in Docker: called as dockerd it serves the part of the Docker API by which others see
// that a daemon is there, called as docker it asks for it. It runs no containers and says so.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

const notice = "this is a stand-in for Docker: it answers, but runs no containers"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := dispatch(ctx, filepath.Base(os.Args[0]), os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, name string, args []string) error {
	// The image docker:dind has an entry point that takes "dockerd" as its first argument.
	if name != "dockerd" && len(args) > 0 && args[0] == "dockerd" {
		name, args = "dockerd", args[1:]
	}
	if name == "dockerd" {
		return daemon(ctx, args)
	}
	return command(ctx, args, os.Getenv("DOCKER_HOST"), os.Stdout)
}
