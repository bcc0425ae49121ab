package observe

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TargetStatus is the status of a provisioning target.
type TargetStatus struct {
	// Target is its id.
	Target int64
	// CoId is its CO's id, Name its description.
	CoId int64
	Name string
	// Waiting is the number of pending deliveries, InFlight of those in flight, Failed of those that failed
	// too often and are not retried, LeftOut of people without an identifier to be sent under.
	Waiting, InFlight, Failed, LeftOut int64
	// OldestWait is how long the oldest delivery has been pending, SinceSuccess how long ago the target
	// accepted one; below 0 if it never did.
	OldestWait, SinceSuccess time.Duration
	// BreakerOpen is true while the target counts as unreachable.
	BreakerOpen bool
}

// targets reads the status of the targets on each scrape.
type targets struct {
	read func(context.Context) ([]TargetStatus, error)

	waiting, inFlight, failed, leftOut, oldestWait, sinceSuccess, breaker, info *prometheus.Desc
}

// Targets adds the metrics of the provisioning targets, which are read on each scrape.
func (m *Metrics) Targets(read func(context.Context) ([]TargetStatus, error)) {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("comity_target_"+name, help, []string{"target"}, nil)
	}
	m.registry.MustRegister(&targets{
		read:         read,
		waiting:      desc("waiting", "Pending deliveries of the target."),
		inFlight:     desc("in_flight", "Deliveries in flight."),
		failed:       desc("failed", "Deliveries that failed too often and are not retried."),
		leftOut:      desc("left_out", "People without an identifier of the target's type: they are not sent."),
		oldestWait:   desc("oldest_wait_seconds", "How long the oldest delivery has been pending."),
		sinceSuccess: desc("since_success_seconds", "How long ago the target accepted a delivery; missing if it never did."),
		breaker:      desc("breaker_open", "1 while the target counts as unreachable."),
		info: prometheus.NewDesc("comity_target_info", "The target's name and CO: 1, to be joined with the others by target.",
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
		return // they are left out; comity_database_up shows why
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
