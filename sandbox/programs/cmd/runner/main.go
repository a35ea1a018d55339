// Command runner plays actions/runner in the sandbox: it takes its just-in-time configuration from the environment, waits for
// one job from the stand-in for GitHub, is busy for as long as the job says, reports the result and exits. In Kubernetes mode it calls the
// container hooks around the job, as the real one does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const version = "2.336.0-standin"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := start(ctx)
	stop()
	os.Exit(code)
}

func start(ctx context.Context) int {
	log := func(format string, args ...any) {
		fmt.Printf("%s: %s\n", time.Now().UTC().Format("2006-01-02 15:04:05Z"), fmt.Sprintf(format, args...))
	}
	if isLegacy(os.Getenv) {
		l, err := readLegacyConfig(os.Getenv)
		if err != nil {
			log("##[error]%v", err)
			return exitError
		}
		return startLegacy(ctx, l, log)
	}
	c, err := readConfig(os.Getenv)
	if err != nil {
		log("##[error]%v", err)
		return exitError
	}
	return run(ctx, c, newClient(c.jit, log), log)
}
