package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
)

// postCommand makes this program the bare limit of deliveries: it sends one request over and over.
const postCommand = "post"

// post has another process send a message as it came, so often.
func (b *bench) post(ctx context.Context, url string, m arrivals, count int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, postCommand, m.method, url+m.path, strconv.Itoa(width), strconv.Itoa(count))
	cmd.Stdin, cmd.Env = bytes.NewReader(m.body), environment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the bare limit: %w\n%s", err, said)
	}
	return nil
}

// post sends what it reads, by net/http's client as the program does.
func post(arguments []string, in io.Reader) error {
	method, url := arguments[0], arguments[1]
	width, err := strconv.Atoi(arguments[2])
	if err != nil {
		return err
	}
	count, err := strconv.ParseInt(arguments[3], 10, 64)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: width}}
	var begun atomic.Int64
	failed := make([]error, width)
	var sending sync.WaitGroup
	for i := range width {
		sending.Go(func() {
			for failed[i] == nil && begun.Add(1) <= count {
				failed[i] = postOne(client, method, url, body)
			}
		})
	}
	sending.Wait()
	return errors.Join(failed...)
}

func postOne(client *http.Client, method, url string, body []byte) error {
	req, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	return resp.Body.Close()
}
