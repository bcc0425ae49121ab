package main

import "slices"

// servers are the processes of the program that a run has started.
type servers struct{ processes []*process }

// resetPeaks forgets the servers that have ended, and the most memory that the others had.
func (s *servers) resetPeaks() error {
	s.processes = slices.DeleteFunc(s.processes, func(p *process) bool { return p.stopped })
	for _, p := range s.processes {
		if err := p.resetPeak(); err != nil {
			return err
		}
		p.peak = 0
	}
	return nil
}

// peak returns the most memory that one server had, in MiB.
func (s *servers) peak() (most float64, err error) {
	for _, p := range s.processes {
		if err := p.notePeak(); err != nil {
			return 0, err
		}
		most = max(most, p.peak)
	}
	return most, nil
}
