package main

import (
	"context"
	"errors"
	"time"
)

// Results of a job as the service knows them, and one that it is never told.
const (
	succeeded = "succeeded"
	failed    = "failed"
	canceled  = "canceled"
	crashed   = "crashed"
)

// cleanupTimeout bounds the cleanup after a job. A shutdown signal leaves 30 s by default, and the report comes after it.
const cleanupTimeout = 8 * time.Second

// noContainer is what actions/runner says about such a job.
const noContainer = "Jobs without a job container are forbidden on this runner, please add a 'container:' to your job or contact your self-hosted runner administrator."

// verdict is how a job ended, and why when it did not succeed.
type verdict struct{ result, reason string }

// perform runs the job: its containers are prepared, its steps are a pause, and whatever was prepared is cleaned up. The context ends with a
// shutdown signal or when the service gives the runner up.
func perform(ctx context.Context, w work, h hooks, log func(string, ...any)) verdict {
	if h.requireContainer && w.Container == nil {
		log("##[error]%s", noContainer)
		return verdict{failed, noContainer}
	}
	if !h.wanted(w) {
		return steps(ctx, w, log)
	}
	state, err := h.prepare(ctx, w, log)
	v := verdict{failed, ""}
	switch {
	case err == nil:
		v = steps(ctx, w, log)
	case ctx.Err() != nil:
		v = stopped(ctx, w, log)
	default:
		v.reason = err.Error()
	}
	if v.result == crashed {
		return v
	}
	cleanupCtx, stop := context.WithTimeout(context.WithoutCancel(ctx), h.cleanupLimit(ctx))
	defer stop()
	if err := h.cleanup(cleanupCtx, w, state, log); err != nil && v.result == succeeded {
		return verdict{failed, err.Error()}
	}
	return v
}

// steps plays the job's steps: nothing is run, also not in the job container.
func steps(ctx context.Context, w work, log func(string, ...any)) verdict {
	select {
	case <-time.After(time.Duration(w.Seconds * float64(time.Second))):
	case <-ctx.Done():
		return stopped(ctx, w, log)
	}
	switch {
	case w.Outcome == "crash":
		return verdict{crashed, ""}
	case w.Outcome == "failure" || w.ExitCode != 0:
		return verdict{failed, ""}
	}
	return verdict{succeeded, ""}
}

func stopped(ctx context.Context, w work, log func(string, ...any)) verdict {
	if !errors.Is(context.Cause(ctx), errGone) {
		log("The runner has received a shutdown signal; job %s is cancelled.", w.DisplayName)
	}
	return verdict{canceled, ""}
}
