package main

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// What a process below this one uses is ours, while it runs and after it has ended, and not another program's.
func TestProcessorTimeOfChildren(t *testing.T) {
	_, before, err := processorTimes(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "/bin/sh", "-c", "while :; do :; done")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var used time.Duration
	for used < 5*tick {
		_, now, err := processorTimes(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		used = now - before
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	all, after, err := processorTimes(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if after-before < used || all < after {
		t.Errorf("ours was %v, then %v of %v", used, after-before, all)
	}
}
