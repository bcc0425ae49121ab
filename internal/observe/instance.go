package observe

import (
	"context"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Build adds the metric with the program's version.
func (m *Metrics) Build(version string) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "comity_build_info", Help: "The program's version and that of Go: 1.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 }))
}

// Connections adds the metrics of the pool of database connections: how many are in use, how many there
// may be, and how many writes wait for the one connection that writes, where there is one.
func (m *Metrics) Connections(read func() (used, most, waiting int)) {
	gauge := func(name, help string, value func() int) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "comity_database_" + name, Help: help},
			func() float64 { return float64(value()) }))
	}
	gauge("connections_in_use", "Database connections that are in use.", func() int { used, _, _ := read(); return used })
	gauge("connections_max", "Database connections that there may be.", func() int { _, most, _ := read(); return most })
	gauge("writes_waiting", "Writes that wait for SQLite's one connection that writes; 0 on PostgreSQL.", func() int { _, _, waiting := read(); return waiting })
}

// LastBackup adds the metric of the time of the last backup, which is missing if there was none.
func (m *Metrics) LastBackup(read func(context.Context) (time.Time, error)) {
	m.registry.MustRegister(lastBackup{read})
}

type lastBackup struct {
	read func(context.Context) (time.Time, error)
}

var lastBackupDesc = prometheus.NewDesc("comity_last_backup_timestamp_seconds", "When comity backup last succeeded, in seconds since 1970; not there where it never did.", nil, nil)

// Describe is prometheus.Collector's.
func (lastBackup) Describe(out chan<- *prometheus.Desc) { out <- lastBackupDesc }

// Collect is prometheus.Collector's.
func (l lastBackup) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if at, err := l.read(ctx); err == nil && !at.IsZero() {
		out <- prometheus.MustNewConstMetric(lastBackupDesc, prometheus.GaugeValue, float64(at.UnixMicro())/1e6)
	}
}
