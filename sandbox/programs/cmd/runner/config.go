package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// jitConfig is what the stand-in for GitHub puts into a just-in-time configuration.
// The real one carries the runner's files; both are opaque to ARC.
type jitConfig struct {
	ServerURL  string `json:"serverUrl"`
	RunnerID   int    `json:"runnerId"`
	RunnerName string `json:"runnerName"`
	Secret     string `json:"secret"`
	WorkFolder string `json:"workFolder"`
}

type config struct {
	jit jitConfig
	// returnDeprecated says whether the caller wants to see exit code 7 for a deprecated version.
	returnDeprecated bool
	dockerHost       string
	dockerSeconds    int
	hooks            hooks
}

// readConfig decodes the environment as the ARC controller sets it. Its errors never quote the configuration: it holds a secret.
func readConfig(getenv func(string) string) (config, error) {
	c := config{
		returnDeprecated: getenv("ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE") == "1",
		dockerHost:       getenv("DOCKER_HOST"),
		hooks:            readHooks(getenv),
	}
	if text := getenv("RUNNER_WAIT_FOR_DOCKER_IN_SECONDS"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil {
			return c, fmt.Errorf("RUNNER_WAIT_FOR_DOCKER_IN_SECONDS must be a whole number, not %q", text)
		}
		c.dockerSeconds = seconds
	}
	encoded := strings.TrimSpace(getenv("ACTIONS_RUNNER_INPUT_JITCONFIG"))
	if encoded == "" {
		return c, errors.New("ACTIONS_RUNNER_INPUT_JITCONFIG is not set")
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return c, errors.New("ACTIONS_RUNNER_INPUT_JITCONFIG is not base64")
	}
	if json.Unmarshal(decoded, &c.jit) != nil {
		return c, errors.New("ACTIONS_RUNNER_INPUT_JITCONFIG does not hold JSON")
	}
	if address, err := url.Parse(c.jit.ServerURL); err != nil || address.Host == "" {
		return c, errors.New("ACTIONS_RUNNER_INPUT_JITCONFIG holds no server URL")
	}
	if c.jit.RunnerID == 0 || c.jit.Secret == "" {
		return c, errors.New("ACTIONS_RUNNER_INPUT_JITCONFIG holds no runner id or secret")
	}
	return c, nil
}
