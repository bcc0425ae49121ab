package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"comity/internal/sink"
)

type sinkCommand struct {
	Listen     string        `help:"The address to listen on." default:"127.0.0.1:9090" placeholder:"HOST:PORT"`
	Fail       float64       `help:"The share of messages that are answered with a failure, from 0 to 1." default:"0"`
	FailStatus int           `help:"The HTTP status of these failures." default:"503" placeholder:"STATUS"`
	Delay      time.Duration `help:"How long each answer takes." default:"0s"`
	Pretty     bool          `help:"Print each message in full."`
}

// Validate returns all errors in the settings, joined.
func (s *sinkCommand) Validate() error {
	err := checkAddress(s.Listen)
	if s.Fail < 0 || s.Fail > 1 {
		err = errors.Join(err, fmt.Errorf("--fail is %v, it must be a share from 0 to 1", s.Fail))
	}
	if s.FailStatus < 400 || s.FailStatus > 599 {
		err = errors.Join(err, fmt.Errorf("--fail-status is %d, it must be a failure from 400 to 599", s.FailStatus))
	}
	return err
}

// Run prints messages until the program receives SIGTERM or SIGINT.
func (s *sinkCommand) Run(p *program) error {
	l, err := (&net.ListenConfig{}).Listen(p.ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	config := sink.Config{Fail: s.Fail, FailStatus: s.FailStatus, Delay: s.Delay, Pretty: s.Pretty}
	server := &http.Server{Handler: sink.New(config, p.out), ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintf(p.out, "receiving messages at http://%s/\n", l.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("receive: %w", err)
	case <-p.ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
