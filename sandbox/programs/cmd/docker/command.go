package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const defaultSocket = "/var/run/docker.sock"

type answer struct {
	Version         string
	APIVersion      string `json:"ApiVersion"`
	ServerVersion   string
	OperatingSystem string
	Containers      int
	Images          int
}

// command is what the docker client can do here: info, version and ps.
func command(ctx context.Context, args []string, host string, out io.Writer) error {
	if host == "" {
		host = "unix://" + defaultSocket
	}
	name := strings.Join(args, " ")
	switch name {
	case "info":
		reply, err := ask(ctx, host, "/info")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Client: stand-in\n\nServer:\n Containers: %d\n Images: %d\n Server Version: %s\n Operating System: %s\n",
			reply.Containers, reply.Images, reply.ServerVersion, reply.OperatingSystem)
	case "version":
		reply, err := ask(ctx, host, "/version")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Client: stand-in\nServer: %s (API %s)\n%s\n", reply.Version, reply.APIVersion, notice)
	case "ps":
		if _, err := ask(ctx, host, "/info"); err != nil {
			return err
		}
		fmt.Fprintln(out, "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES")
	default:
		return fmt.Errorf("docker %s: %s (info, version and ps work)", name, notice)
	}
	return nil
}

func ask(ctx context.Context, host, path string) (answer, error) {
	var reply answer
	network, address, found := strings.Cut(host, "://")
	if !found {
		return reply, fmt.Errorf("unable to parse docker host %q", host)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker"+path, nil)
	if err != nil {
		return reply, err
	}
	response, err := client.Do(request)
	if err != nil {
		return reply, fmt.Errorf("Cannot connect to the Docker daemon at %s. Is the docker daemon running?", host) //nolint:staticcheck // Docker's own words
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return reply, errors.New("the daemon answered " + response.Status)
	}
	return reply, json.NewDecoder(response.Body).Decode(&reply)
}
