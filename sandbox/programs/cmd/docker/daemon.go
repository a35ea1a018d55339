package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

type daemonOptions struct {
	sockets []string
	gid     int
}

func daemon(ctx context.Context, args []string) error {
	options, err := parseDaemon(args)
	if err != nil {
		return err
	}
	fmt.Println(notice)
	var listeners []net.Listener
	for _, socket := range options.sockets {
		listener, err := listen(socket, options.gid)
		if err != nil {
			return err
		}
		listeners = append(listeners, listener)
		fmt.Println("API listen on", socket)
	}
	return serve(ctx, listeners)
}

// parseDaemon takes --host and --group; what else a real dockerd understands is accepted and named.
func parseDaemon(args []string) (daemonOptions, error) {
	options := daemonOptions{gid: -1}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		known := name == "--host" || name == "-H" || name == "--group" || name == "-G"
		if known && !given {
			if i+1 == len(args) {
				return options, fmt.Errorf("%s needs a value", name)
			}
			i++
			value = args[i]
		}
		switch name {
		case "--host", "-H":
			path, found := strings.CutPrefix(value, "unix://")
			if !found || !filepath.IsAbs(path) {
				return options, fmt.Errorf("--host must be unix:///path, not %q", value)
			}
			options.sockets = append(options.sockets, path)
		case "--group", "-G":
			gid, err := groupID(value)
			if err != nil {
				return options, err
			}
			options.gid = gid
		default:
			fmt.Println("ignored:", args[i])
		}
	}
	if len(options.sockets) == 0 {
		options.sockets = []string{defaultSocket}
	}
	return options, nil
}

func groupID(text string) (int, error) {
	if gid, err := strconv.Atoi(text); err == nil && gid >= 0 {
		return gid, nil
	}
	group, err := user.LookupGroup(text)
	if err != nil {
		return 0, fmt.Errorf("--group must be a group id or a known group, not %q", text)
	}
	return strconv.Atoi(group.Gid)
}

func listen(path string, gid int) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	// A socket file that a killed daemon left behind would be in the way.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, err
	}
	if gid >= 0 {
		if err := os.Chown(path, -1, gid); err != nil {
			return nil, fmt.Errorf("the socket cannot be given to group %d: %w", gid, err)
		}
	}
	return listener, nil
}

func serve(ctx context.Context, listeners []net.Listener) error {
	server := &http.Server{Handler: api(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, len(listeners))
	var serving sync.WaitGroup
	for _, listener := range listeners {
		serving.Go(func() { failed <- server.Serve(listener) })
	}
	select {
	case <-ctx.Done():
	case err := <-failed:
		return err
	}
	end, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	err := server.Shutdown(end)
	serving.Wait()
	return err
}

var versionPrefix = regexp.MustCompile(`^/v\d+\.\d+/`)

func api() http.Handler {
	replies := map[string]any{
		"/version":         map[string]any{"Version": "0.0.0-standin", "ApiVersion": "1.47", "MinAPIVersion": "1.24", "Os": "linux", "Platform": map[string]string{"Name": notice}},
		"/info":            map[string]any{"ID": "standin", "Name": "standin", "ServerVersion": "0.0.0-standin", "OperatingSystem": notice, "OSType": "linux", "Containers": 0, "Images": 0},
		"/containers/json": []any{},
		"/images/json":     []any{},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := versionPrefix.ReplaceAllString(r.URL.Path, "/")
		w.Header().Set("Api-Version", "1.47")
		w.Header().Set("Server", "Docker/0.0.0-standin (linux)")
		if path == "/_ping" {
			fmt.Fprint(w, "OK")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		reply, found := replies[path]
		if !found || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusNotImplemented)
			reply = map[string]string{"message": notice}
		}
		_ = json.NewEncoder(w).Encode(reply)
	})
}
