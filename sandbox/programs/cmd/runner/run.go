package main

import (
	"context"
	"errors"
	"time"
)

// Exit codes of the program, as a container that runs actions/runner's run.sh shows them.
const (
	exitDone  = 0
	exitError = 1
	// exitDeprecated is returned by actions/runner when GitHub no longer accepts its version, if the caller asked for it.
	exitDeprecated = 7
)

// reportTimeout bounds the last words after a SIGTERM: Kubernetes kills the container 30 s after it by default.
const reportTimeout = 20 * time.Second

// run plays one life of an ephemeral runner: connect, wait for one job, run it, report. The context ends with SIGTERM.
func run(ctx context.Context, c config, api *client, log func(string, ...any)) int {
	if c.dockerSeconds > 0 {
		waitForDocker(ctx, c.dockerHost, c.dockerSeconds, log)
	}
	if err := api.connect(ctx); err != nil {
		return leave(err, log)
	}
	log("√ Connected to GitHub (a stand-in)")
	log("Current runner version: '%s'", version)
	log("Listening for Jobs")
	w, err := api.nextWork(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return disconnect(api, log)
		}
		return leave(err, log)
	}
	if w.Kind == "deprecated" {
		log("##[error]Runner version v%s is deprecated and cannot receive messages.", version)
		if c.returnDeprecated {
			return exitDeprecated
		}
		return exitError
	}
	return runJob(ctx, w, c.hooks, api, log)
}

// runJob reports the start before anything else happens: a job whose start the service refused must not run.
func runJob(ctx context.Context, w work, h hooks, api *client, log func(string, ...any)) int {
	if err := api.started(ctx, w.RequestID); err != nil {
		if ctx.Err() != nil {
			return disconnect(api, log)
		}
		return leave(err, log)
	}
	log("Running job: %s (request %d)", w.DisplayName, w.RequestID)
	jobCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Beats go on through the cleanup that follows a shutdown signal: a silent runner is taken for a dead one.
	beatCtx, silence := context.WithCancel(context.WithoutCancel(ctx))
	defer silence()
	go beat(beatCtx, cancel, api)
	v := perform(jobCtx, w, h, log)
	if v.result == crashed {
		log("##[error]The runner process dies in the middle of job %s", w.DisplayName)
		return max(w.ExitCode, exitError)
	}
	if errors.Is(context.Cause(jobCtx), errGone) {
		log("##[error]The service has given up this runner; job %s is cancelled.", w.DisplayName)
		return exitDone
	}
	// The report must get out even though the runner was told to stop.
	reportCtx, stop := context.WithTimeout(context.WithoutCancel(ctx), reportLimit(ctx))
	defer stop()
	err := api.finished(reportCtx, w.RequestID, v.result, v.reason)
	if err != nil && !errors.Is(err, errGone) {
		log("##[error]The result could not be reported: %v", err)
		return exitError
	}
	log("Job %s completed with result: %s", w.DisplayName, v.result)
	return exitDone
}

// reportLimit is short after a shutdown signal and long otherwise: a result is worth waiting for the service to come back.
func reportLimit(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return reportTimeout
	}
	return 10 * time.Minute
}

// beat tells the service that the runner lives, until the job ends or the service says that the runner is gone.
func beat(ctx context.Context, cancel context.CancelCauseFunc, api *client) {
	interval := time.Duration(max(api.session.HeartbeatSeconds, 0.05) * float64(time.Second))
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := api.heartbeat(ctx); errors.Is(err, errGone) {
				cancel(errGone)
				return
			}
		}
	}
}

func disconnect(api *client, log func(string, ...any)) int {
	log("Exiting...")
	ctx, stop := context.WithTimeout(context.Background(), reportTimeout)
	defer stop()
	if err := api.disconnect(ctx); err != nil {
		log("The service was not told: %v", err)
	}
	return exitDone
}

// leave ends a runner that cannot work. run-helper.sh of actions/runner turns a registration that is gone into exit code 0;
// ARC then asks the service whether the runner still exists.
func leave(err error, log func(string, ...any)) int {
	log("##[error]%v", err)
	if errors.Is(err, errGone) || errors.Is(err, context.Canceled) {
		return exitDone
	}
	return exitError
}
