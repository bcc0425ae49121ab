package db

// Connections returns the number of connections in use, their maximum, and how many writes wait for the one
// connection of SQLite that writes (0 for PostgreSQL).
func (s *DB) Connections() (used, most, waiting int) { return s.backend.connections() }

func (b *postgresBackend) connections() (used, most, waiting int) {
	stat := b.pool.Stat()
	return int(stat.AcquiredConns()), int(stat.MaxConns()), 0
}

func (b *sqliteBackend) connections() (used, most, waiting int) {
	used = b.count - len(b.readers)
	if b.writer.begun.Load() != 0 {
		used++
	}
	return used, b.count + 1, len(b.writer.short) + len(b.writer.long)
}
