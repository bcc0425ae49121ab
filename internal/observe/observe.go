// Package observe shows what the program does: its log, its metrics and its health.
package observe

import (
	"context"
	"fmt"
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
)

// Logger returns a logger that writes lines of the format "text" or "json", from a level on.
func Logger(out io.Writer, format, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: it must be debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(out, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(out, options)), nil
	}
	return nil, fmt.Errorf("log format %q: it must be text or json", format)
}

// Metrics counts requests and deliveries for Prometheus.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.HistogramVec
	deliveries *prometheus.HistogramVec
}

// NewMetrics returns metrics that nothing has been counted in yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "comity_request_seconds", Help: "API requests by route and status.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 3, 10),
		}, []string{"route", "status"}),
		deliveries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "comity_delivery_seconds", Help: "Provisioning deliveries by target and outcome (ok, failed).",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 11),
		}, []string{"target", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.deliveries, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request counts a request.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Delivery counts a delivery.
func (m *Metrics) Delivery(target int64, ok bool, took time.Duration) {
	outcome := "failed"
	if ok {
		outcome = "ok"
	}
	m.deliveries.WithLabelValues(strconv.FormatInt(target, 10), outcome).Observe(took.Seconds())
}

// Writing adds the metric of how long the oldest transaction that writes has been open, which is asked
// for when the metrics are read.
func (m *Metrics) Writing(open func(context.Context) (time.Duration, error)) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "comity_oldest_write_seconds", Help: "How long the oldest transaction that writes has been open; what begins and ends by the clock waits for it.",
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

// Routes adds /healthz (the program is alive), /readyz (it can serve: ready returns nil) and /metrics.
// What waits, though the program is ready, is said below it; "" is nothing.
func (m *Metrics) Routes(mux *http.ServeMux, log *slog.Logger, ready func(context.Context) error, waits func(context.Context) string) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			log.WarnContext(ctx, "not ready", "error", err)
			say(w, http.StatusServiceUnavailable, "the database cannot be reached")
			return
		}
		say(w, http.StatusOK, strings.TrimSpace("ready\n"+waits(ctx)))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word+"\n")
}
