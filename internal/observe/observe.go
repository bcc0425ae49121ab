// Package observe publishes the program's log, metrics and health.
package observe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"comity"
)

// Logger returns a logger that writes lines from a level on, as JSON objects or as text.
func Logger(out io.Writer, level slog.Level, json bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if json {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// Metrics counts requests and deliveries for Prometheus.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.HistogramVec
	unwritten  *prometheus.CounterVec
	logins     prometheus.Counter
	deliveries *prometheus.HistogramVec
}

// NewMetrics returns metrics with nothing counted yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "comity_request_seconds", Help: "Requests whose answer went out, by route and status.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 3, 10),
		}, []string{"route", "status"}),
		unwritten: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "comity_unwritten_answers_total",
			Help: "Requests whose answer did not go out: the client was gone, or stopped reading. By route and the status it would have had.",
		}, []string{"route", "status"}),
		logins: prometheus.NewCounter(prometheus.CounterOpts{Name: "comity_failed_logins_total", Help: "Logins that failed, by key, link or provider."}),
		deliveries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "comity_delivery_seconds", Help: "Provisioning deliveries by target and outcome (ok, failed).",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 11),
		}, []string{"target", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.unwritten, m.logins, m.deliveries, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request counts a request; written says whether its answer was sent.
func (m *Metrics) Request(route string, status int, took time.Duration, written bool) {
	if !written {
		m.unwritten.WithLabelValues(route, strconv.Itoa(status)).Inc()
		return
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Database adds the metric of whether the database can be read and written, as far as known.
func (m *Metrics) Database(troubled func() (reads, writes bool)) {
	for i, access := range []string{"read", "write"} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "comity_database_up", Help: "1 while the database can be read, or written to, as far as is known.",
			ConstLabels: prometheus.Labels{"access": access},
		}, func() float64 {
			var bad [2]bool
			bad[0], bad[1] = troubled()
			if bad[i] {
				return 0
			}
			return 1
		}))
	}
}

// FailedLogin counts a login that failed.
func (m *Metrics) FailedLogin() { m.logins.Inc() }

// Delivery counts a delivery.
func (m *Metrics) Delivery(target int64, ok bool, took time.Duration) {
	outcome := "failed"
	if ok {
		outcome = "ok"
	}
	m.deliveries.WithLabelValues(strconv.FormatInt(target, 10), outcome).Observe(took.Seconds())
}

// Writing adds the metric of how long the oldest write transaction has been open, which is read on each
// scrape.
func (m *Metrics) Writing(open func(context.Context) (time.Duration, error)) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "comity_oldest_write_seconds", Help: "How long the oldest write transaction has been open; it delays what begins and ends by time.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		d, err := open(ctx)
		if err != nil {
			return math.NaN()
		}
		return d.Seconds()
	}))
}

// readyTime is how long the database may take to answer the readiness check.
const readyTime = 2 * time.Second

// Routes adds /healthz (the program is alive), /readyz (it can serve: ready returns nil) and /metrics. Below
// the answer of /readyz, waits describes what is delayed although the program is ready; "" for nothing.
func (m *Metrics) Routes(mux *http.ServeMux, ready func(context.Context) error, waits func(context.Context) string) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTime)
		defer cancel()
		err := ready(ctx)
		if err == nil {
			say(w, http.StatusOK, strings.TrimSpace("ready\n"+waits(ctx)))
			return
		}
		why := "The database does not answer."
		if e := (*comity.Error)(nil); errors.As(err, &e) && e.Detail != "" {
			why = e.Detail
		}
		say(w, http.StatusServiceUnavailable, "not ready: "+why)
	})
	// Metrics that cannot be read while the database is unavailable are left out: the others are needed most
	// then.
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word+"\n")
}
