package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// hooks is Kubernetes mode: a program that makes the containers of a job, called before and after it as actions/runner's
// ContainerHookManager calls it.
type hooks struct {
	// script is the hook program; without one the runner ignores the job's containers.
	script           string
	requireContainer bool
	// root is the runner's own folder, in which externals and _work lie.
	root string
}

func readHooks(getenv func(string) string) hooks {
	root := "/home/runner"
	if executable, err := os.Executable(); err == nil {
		root = filepath.Dir(executable)
	}
	return hooks{
		script:           getenv("ACTIONS_RUNNER_CONTAINER_HOOKS"),
		requireContainer: strings.EqualFold(getenv("ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER"), "true") || getenv("ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER") == "1",
		root:             root,
	}
}

func (h hooks) wanted(w work) bool {
	return h.script != "" && (w.Container != nil || len(w.Services) > 0)
}

// cleanupLimit leaves time for the report after a shutdown signal; otherwise the API server may take longer to come back.
func (h hooks) cleanupLimit(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return cleanupTimeout
	}
	return 2 * time.Minute
}

// hookContainer is a container as the hook protocol has it.
type hookContainer struct {
	ContextName          string            `json:"contextName,omitempty"`
	Image                string            `json:"image"`
	WorkingDirectory     string            `json:"workingDirectory,omitempty"`
	EntryPointArgs       []string          `json:"entryPointArgs"`
	EnvironmentVariables map[string]string `json:"environmentVariables"`
	PortMappings         []string          `json:"portMappings"`
	SystemMountVolumes   []string          `json:"systemMountVolumes"`
	UserMountVolumes     []string          `json:"userMountVolumes"`
}

type prepareArgs struct {
	Container *hookContainer  `json:"container"`
	Services  []hookContainer `json:"services"`
}

type hookInput struct {
	Command      string          `json:"command"`
	ResponseFile string          `json:"responseFile"`
	Args         any             `json:"args,omitempty"`
	State        json.RawMessage `json:"state,omitempty"`
}

// prepare has the job's containers made and returns what the hook wants to be told again at the end.
func (h hooks) prepare(ctx context.Context, w work, log func(string, ...any)) (json.RawMessage, error) {
	args := prepareArgs{Services: []hookContainer{}}
	if w.Container != nil {
		job := h.container(*w.Container)
		repository := h.repository(w)
		job.WorkingDirectory = "/__w/" + repository + "/" + repository
		args.Container = &job
	}
	for _, service := range w.Services {
		args.Services = append(args.Services, h.container(service))
	}
	text, err := h.call(ctx, w, hookInput{Command: "prepare_job", Args: args}, log)
	if err != nil {
		return nil, err
	}
	var response struct{ State json.RawMessage }
	if err := json.Unmarshal(text, &response); err != nil {
		return nil, fmt.Errorf("the hook %s wrote no response that can be read: %v", h.script, err)
	}
	return response.State, nil
}

func (h hooks) cleanup(ctx context.Context, w work, state json.RawMessage, log func(string, ...any)) error {
	_, err := h.call(ctx, w, hookInput{Command: "cleanup_job", State: state}, log)
	return err
}

func (h hooks) container(c container) hookContainer {
	environment := c.Env
	if environment == nil {
		environment = map[string]string{}
	}
	return hookContainer{
		ContextName:          c.Name,
		Image:                c.Image,
		EntryPointArgs:       []string{},
		EnvironmentVariables: environment,
		PortMappings:         []string{},
		SystemMountVolumes:   []string{},
		UserMountVolumes:     []string{},
	}
}

// repository is the name under which the job's checkout would lie.
func (h hooks) repository(w work) string {
	if w.Repository == "" {
		return "repository"
	}
	return filepath.Base(w.Repository)
}

// call runs the hook with its input as one line on standard input and returns what it wrote into the response file. Its error is the last
// one that the hook reported.
func (h hooks) call(ctx context.Context, w work, input hookInput, log func(string, ...any)) ([]byte, error) {
	temporary := filepath.Join(h.root, "_work", "_temp")
	input.ResponseFile = filepath.Join(temporary, "_runner_hook_responses", rand.Text()+".json")
	if err := h.makeFolders(w, input.ResponseFile); err != nil {
		return nil, fmt.Errorf("the work folder cannot be used: %w", err)
	}
	defer os.Remove(input.ResponseFile)
	line, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	command, err := h.command(ctx)
	if err != nil {
		return nil, err
	}
	output := &hookOutput{log: log}
	command.Dir = filepath.Dir(h.script)
	command.Env = h.environment(w, temporary)
	command.Stdin = bytes.NewReader(append(line, '\n'))
	command.Stdout, command.Stderr = output, output
	command.WaitDelay = 5 * time.Second
	log("Run '%s' (%s)", h.script, input.Command)
	err = command.Run()
	output.flush()
	if err != nil {
		if output.lastError == "" {
			output.lastError = fmt.Sprintf("the hook %s failed at %s: %v", h.script, input.Command, err)
		}
		log("##[error]Custom container implementation failed with error: The hook script at '%s' running command '%s' did not execute successfully. Please contact your self hosted runner administrator.", h.script, input.Command)
		return nil, errors.New(output.lastError)
	}
	return os.ReadFile(input.ResponseFile)
}

func (h hooks) makeFolders(w work, responseFile string) error {
	for _, folder := range []string{filepath.Dir(responseFile), h.workspace(w)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(responseFile, nil, 0o644)
}

func (h hooks) workspace(w work) string {
	return filepath.Join(h.root, "_work", h.repository(w), h.repository(w))
}

// command starts a .js file with the Node.js of the runner image, and any other file by itself.
func (h hooks) command(ctx context.Context) (*exec.Cmd, error) {
	if _, err := os.Stat(h.script); err != nil {
		return nil, fmt.Errorf("the hook that ACTIONS_RUNNER_CONTAINER_HOOKS names cannot be read: %w", err)
	}
	if filepath.Ext(h.script) != ".js" {
		return exec.CommandContext(ctx, h.script), nil
	}
	return exec.CommandContext(ctx, filepath.Join(h.root, "externals", "node20", "bin", "node"), h.script), nil
}

// environment is the runner's own without its secret, with the folders that actions/runner names.
func (h hooks) environment(w work, temporary string) []string {
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "ACTIONS_RUNNER_INPUT_JITCONFIG=")
	})
	return append(environment,
		"RUNNER_WORKSPACE="+filepath.Dir(h.workspace(w)),
		"GITHUB_WORKSPACE="+h.workspace(w),
		"RUNNER_TEMP="+temporary)
}
