package observe

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Lane is how a provisioning target does.
type TargetStatus struct {
	// Target is its id.
	Target int64
	// CoId is its CO's id, Name its description.
	CoId int64
	Name string
	// Waiting are the people that it is to be told about, InFlight those of whom it is being told,
	// Failed those of whom messages rest after too many refusals, LeftOut those without an identifier to be
	// sent under.
	Waiting, InFlight, Failed, LeftOut int64
	// OldestWait is how long the one has waited who waits longest, SinceSuccess how long ago it took a
	// message; below 0 where it never did.
	OldestWait, SinceSuccess time.Duration
	// BreakerOpen says that it seems to be away.
	BreakerOpen bool
}

// lanes asks how the targets do whenever the metrics are read.
type targets struct {
	read func(context.Context) ([]TargetStatus, error)

	waiting, inFlight, failed, leftOut, oldestWait, sinceSuccess, breaker, info *prometheus.Desc
}

// Lanes adds the metrics of the provisioning targets, which are read when they are asked for.
func (m *Metrics) DueTargets(read func(context.Context) ([]TargetStatus, error)) {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("comity_target_"+name, help, []string{"target"}, nil)
	}
	m.registry.MustRegister(&targets{
		read:         read,
		waiting:      desc("waiting", "People that the target is to be told about."),
		inFlight:     desc("in_flight", "People about whom a message is under way."),
		failed:       desc("failed", "People of whom messages rest after too many refusals."),
		leftOut:      desc("left_out", "People without an identifier of the target's type, who are not sent."),
		oldestWait:   desc("oldest_wait_seconds", "How long the one has waited who waits longest."),
		sinceSuccess: desc("since_success_seconds", "How long ago the target took a message; not there where it never did."),
		breaker:      desc("breaker_open", "1 while the target seems to be away."),
		info: prometheus.NewDesc("comity_target_info", "What a target is called, and its CO: 1, to be joined with the others by target.",
			[]string{"target", "co", "name"}, nil),
	})
}

// Describe is prometheus.Collector's.
func (l *targets) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(l, out) }

// Collect is prometheus.Collector's.
func (l *targets) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	all, err := l.read(ctx)
	if err != nil {
		return // they are left out; comity_database_up says why
	}
	for _, one := range all {
		target := strconv.FormatInt(one.Target, 10)
		gauge := func(d *prometheus.Desc, value float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, target)
		}
		gauge(l.waiting, float64(one.Waiting))
		gauge(l.inFlight, float64(one.InFlight))
		gauge(l.failed, float64(one.Failed))
		gauge(l.leftOut, float64(one.LeftOut))
		gauge(l.oldestWait, one.OldestWait.Seconds())
		if one.SinceSuccess >= 0 {
			gauge(l.sinceSuccess, one.SinceSuccess.Seconds())
		}
		open := 0.0
		if one.BreakerOpen {
			open = 1
		}
		gauge(l.breaker, open)
		out <- prometheus.MustNewConstMetric(l.info, prometheus.GaugeValue, 1, target, strconv.FormatInt(one.CoId, 10), strings.ToValidUTF8(one.Name, "�"))
	}
}
