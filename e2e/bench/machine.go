package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// quiet is the most that other programs may use, of one processor, while a figure is measured that is judged.
const quiet = 0.1

// machine is what the machine had done when it was first looked at.
type machine struct {
	start time.Time
	// all is the processor time that the machine had spent, ours that of this process and of all below it, dead ones
	// included.
	all, ours time.Duration
	load      string
}

// watched is what was seen of a machine for some time.
type watched struct {
	elapsed time.Duration
	// others is how much of one processor other programs used.
	others        float64
	before, after string
}

func (w watched) quiet() bool { return w.others <= quiet }

func (w watched) String() string {
	return fmt.Sprintf("load %s before, %s after; other programs used %.0f %% of a processor", w.before, w.after, 100*w.others)
}

func watchMachine() (m machine, err error) {
	m.start, m.load = time.Now(), load()
	m.all, m.ours, err = processorTimes(os.Getpid())
	return m, err
}

func (m machine) seen() (watched, error) {
	now, err := watchMachine()
	elapsed := now.start.Sub(m.start)
	others := float64((now.all-m.all)-(now.ours-m.ours)) / float64(elapsed)
	return watched{elapsed: elapsed, others: max(0, others), before: m.load, after: now.load}, err
}

// load returns the machine's load average of the last minute, which the benchmark itself raises.
func load() string {
	average, err := os.ReadFile("/proc/loadavg")
	if words := strings.Fields(string(average)); err == nil && len(words) > 0 {
		return words[0]
	}
	return "unknown"
}

// tick is the unit of processor times in /proc, the same on all architectures of Linux that Go runs on.
const tick = 10 * time.Millisecond

// processorTimes returns the processor time that the machine has spent, and the part of it that was spent by a
// process and those below it. What the kernel's own threads do, such as writing to the disk, counts as theirs:
// nobody can tell for whom it is.
func processorTimes(root int) (all, ours time.Duration, err error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, err
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	// user, nice, system, idle, iowait, irq, softirq, steal; guests are in the first two already.
	for i, word := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 {
			continue
		}
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("/proc/stat: %w", err)
		}
		all += time.Duration(n) * tick
	}
	processes, err := listProcesses()
	if err != nil {
		return 0, 0, err
	}
	for id := range processes {
		if below(processes, id, root) || below(processes, id, kernelThreads) {
			ours += processes[id].spent
		}
	}
	return all, ours, nil
}

// kernelThreads is the process that all threads of the kernel's own are below.
const kernelThreads = 2

// processTime is a process's parent, and the processor time that it and its children that have ended used.
type processTime struct {
	parent int
	spent  time.Duration
}

func listProcesses() (map[int]processTime, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	processes := map[int]processTime{}
	for _, path := range paths {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended, and what it used is its parent's now
		}
		id, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err != nil {
			return nil, err
		}
		if processes[id], err = parseProcess(stat); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return processes, nil
}

// parseProcess reads a line of /proc/N/stat: the name, which may hold anything, is in parentheses.
func parseProcess(stat []byte) (p processTime, err error) {
	const parent, user, childrenSystem = 1, 11, 14
	words := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(words) <= childrenSystem {
		return p, errors.New("too short")
	}
	if p.parent, err = strconv.Atoi(words[parent]); err != nil {
		return p, err
	}
	for _, word := range words[user : childrenSystem+1] {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return p, err
		}
		p.spent += time.Duration(n) * tick
	}
	return p, nil
}

// below returns whether a process is root or below it.
func below(processes map[int]processTime, id, root int) bool {
	for id != root {
		p, found := processes[id]
		if !found || p.parent == id || id == 0 {
			return false
		}
		id = p.parent
	}
	return true
}
