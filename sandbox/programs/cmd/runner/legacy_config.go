package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	registrationTries = 10
	registrationPause = time.Second
	removalTimeout    = 15 * time.Second
)

// legacyConfig is what a pod of the older kinds of ARC says in its environment.
type legacyConfig struct {
	// url is where GitHub is, with a slash at the end; scope the organisation, repository or enterprise below it.
	url, scope         string
	token, name, group string
	labels             []string
	ephemeral          bool
	home, work         string
	// docker says whether to wait for the daemon; dockerInside that it runs in this container.
	docker, dockerInside bool
	dockerHost           string
	dockerSeconds        int
	// graceful is how long a job may go on after a shutdown signal.
	graceful time.Duration
	hooks    hooks
}

// readLegacyConfig decodes the environment as runner/startup.sh of ARC does. Its errors never quote the token.
func readLegacyConfig(getenv func(string) string) (legacyConfig, error) {
	l := legacyConfig{
		url:          "https://github.com/",
		labels:       []string{},
		token:        getenv("RUNNER_TOKEN"),
		name:         getenv("RUNNER_NAME"),
		ephemeral:    getenv("RUNNER_EPHEMERAL") == "true",
		home:         or(getenv("RUNNER_HOME"), "/runner"),
		work:         or(getenv("RUNNER_WORKDIR"), "_work"),
		docker:       getenv("DOCKER_ENABLED") == "true" && getenv("DISABLE_WAIT_FOR_DOCKER") != "true",
		dockerInside: getenv("DOCKERD_IN_RUNNER") == "true",
		dockerHost:   or(getenv("DOCKER_HOST"), defaultDockerHost),
		hooks:        readHooks(getenv),
	}
	var problems []error
	if given := getenv("GITHUB_URL"); given != "" {
		l.url = strings.TrimSuffix(given, "/") + "/"
	}
	if address, err := url.Parse(l.url); err != nil || address.Host == "" {
		problems = append(problems, fmt.Errorf("GITHUB_URL must be a URL, not %q", l.url))
	}
	if l.name == "" {
		problems = append(problems, errors.New("RUNNER_NAME must be set"))
	}
	if l.scope = legacyScope(getenv("RUNNER_ORG"), getenv("RUNNER_REPO"), getenv("RUNNER_ENTERPRISE")); l.scope == "" {
		problems = append(problems, errors.New("at least one of RUNNER_ORG, RUNNER_REPO, or RUNNER_ENTERPRISE must be set"))
	}
	if getenv("RUNNER_REPO") == "" {
		l.group = getenv("RUNNER_GROUP")
	}
	for _, label := range strings.Split(getenv("RUNNER_LABELS"), ",") {
		if label = strings.TrimSpace(label); label != "" {
			l.labels = append(l.labels, label)
		}
	}
	var graceful int
	for name, target := range map[string]*int{"WAIT_FOR_DOCKER_SECONDS": &l.dockerSeconds, "RUNNER_GRACEFUL_STOP_TIMEOUT": &graceful} {
		usual := map[string]string{"WAIT_FOR_DOCKER_SECONDS": "120", "RUNNER_GRACEFUL_STOP_TIMEOUT": "15"}[name]
		seconds, err := strconv.Atoi(or(getenv(name), usual))
		if err != nil || seconds < 0 {
			problems = append(problems, fmt.Errorf("%s must be a whole number, not %q", name, getenv(name)))
		}
		*target = seconds
	}
	l.graceful = time.Duration(graceful) * time.Second
	return l, errors.Join(problems...)
}

func legacyScope(organization, repository, enterprise string) string {
	switch {
	case organization != "" && repository != "" && enterprise != "":
		return organization + "/" + repository
	case organization != "":
		return organization
	case repository != "":
		return repository
	case enterprise != "":
		return "enterprises/" + enterprise
	}
	return ""
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
