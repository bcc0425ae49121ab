package plantest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"comity/internal/pgtest"
	"comity/internal/store/db"
)

// checkPostgres looks at the plans in a registry with a CO of many people, who have much in common, and many COs of
// few: for the values of the parameters, for those of the large CO, and for any values.
func checkPostgres(ctx context.Context, all map[statement][]any, found *findings) error {
	url, stop, err := pgtest.Run(ctx, pgtest.Options{})
	if err != nil {
		return err
	}
	defer stop()
	if _, err := db.Migrate(ctx, url); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	// As on the program's own connections.
	if _, err := c.Exec(ctx, "SET enable_seqscan = off"); err != nil {
		return err
	}
	if err := fillPostgres(ctx, c); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "ANALYZE"); err != nil {
		return err
	}
	p := postgresPlans{Conn: c, found: found, leads: map[string]string{}}
	// The first column of each index.
	rows, err := c.Query(ctx, `SELECT CAST(c.relname AS text), CAST(a.attname AS text) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE c.relnamespace = 'public'::regnamespace`)
	if err != nil {
		return err
	}
	var index, column string
	_, err = pgx.ForEachRow(rows, []any{&index, &column}, func() error {
		p.leads[index] = column
		return nil
	})
	if err != nil {
		return err
	}
	return p.check(ctx, all)
}

type postgresPlans struct {
	*pgx.Conn
	found *findings
	// leads are the first columns of indexes.
	leads map[string]string
}

func (p postgresPlans) check(ctx context.Context, all map[statement][]any) error {
	for _, st := range ordered(all) {
		plans := []struct {
			of   string
			read func() (planNode, error)
		}{
			{"", func() (planNode, error) { return p.explain(ctx, st.sql, all[st]) }},
			{", in the large CO", func() (planNode, error) { return p.explain(ctx, st.sql, inLargeCO(st.sql, all[st])) }},
			{", any values", func() (planNode, error) { return p.generic(ctx, st.sql, len(all[st])) }},
		}
		if st.byIndex {
			plans = plans[:2]
		}
		if _, err := p.Exec(ctx, fmt.Sprintf("SET enable_bitmapscan = %t; SET enable_sort = %t", !st.inOrder, !st.inKeyOrder), pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		for _, plan := range plans {
			node, err := plan.read()
			if unstorable(err) {
				continue
			}
			if err != nil {
				return fmt.Errorf("explain %s: %w", st.sql, err)
			}
			p.judge(st.sql, node, "PostgreSQL"+plan.of)
		}
	}
	return nil
}

// unstorable returns whether a test used a value that PostgreSQL cannot have.
func unstorable(err error) bool {
	e := (*pgconn.PgError)(nil)
	return errors.As(err, &e) && strings.HasPrefix(e.Code, "22")
}

var ofCO = regexp.MustCompile(`\b(?:co_id|co_group_id|cou_id|co_provisioning_target_id) = (?:CAST\()?\$(\d+)`)

// inLargeCO returns the parameters with the large CO, and its group, unit and target of everybody, in place of others.
func inLargeCO(sql string, args []any) []any {
	all := append([]any{}, args...)
	for _, m := range ofCO.FindAllStringSubmatch(sql, -1) {
		var n int
		if _, err := fmt.Sscan(m[1], &n); err == nil && n <= len(all) {
			all[n-1] = int64(1)
		}
	}
	return all
}

// explain returns the plan for the values of the parameters.
func (p postgresPlans) explain(ctx context.Context, sql string, args []any) (planNode, error) {
	return p.plan(ctx, "EXPLAIN (FORMAT JSON) "+sql, append([]any{pgx.QueryExecModeDescribeExec}, args...))
}

// generic returns the plan that serves any values of the parameters.
func (p postgresPlans) generic(ctx context.Context, sql string, args int) (planNode, error) {
	if _, err := p.Exec(ctx, "PREPARE one AS "+sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		return planNode{}, err
	}
	values := ""
	if args > 0 {
		values = "(" + strings.Repeat("NULL, ", args-1) + "NULL)"
	}
	if _, err := p.Exec(ctx, "SET plan_cache_mode = force_generic_plan"); err != nil {
		return planNode{}, err
	}
	node, err := p.plan(ctx, "EXPLAIN (FORMAT JSON) EXECUTE one"+values, []any{pgx.QueryExecModeSimpleProtocol})
	_, end := p.Exec(ctx, "RESET plan_cache_mode; DEALLOCATE one", pgx.QueryExecModeSimpleProtocol)
	return node, errors.Join(err, end)
}

func (p postgresPlans) plan(ctx context.Context, sql string, args []any) (planNode, error) {
	var text []byte
	if err := p.QueryRow(ctx, sql, args...).Scan(&text); err != nil {
		return planNode{}, err
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
		return planNode{}, fmt.Errorf("a plan of %d parts: %w", len(plans), err)
	}
	return plans[0].Plan, nil
}

// planNode is a step of a plan with the steps that it reads.
type planNode struct {
	Type   string  `json:"Node Type"`
	Table  string  `json:"Relation Name"`
	Index  string  `json:"Index Name"`
	Cond   string  `json:"Index Cond"`
	Filter string  `json:"Filter"`
	Rows   float64 `json:"Plan Rows"`
	Plans  []planNode
}

func (n planNode) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s on %s %s, %s, filter %s", n.Type, n.Table, n.Index, n.Cond, n.Filter))
}

// maxSorted is the number of rows that may be sorted: those that a search reads by its narrowest criterion and
// those that one statement of a set operation handles, which is more than the planner expects of a page.
const maxSorted = db.MaxRows

var (
	postgresEqual  = regexp.MustCompile(`\(?(\w+)\)?(?:::\w+)? = `)
	postgresWithin = regexp.MustCompile(`ROW\((\w+), \w+\) >=? |\((\w+_id) <= `)
)

// judge looks at the steps of a plan.
func (p postgresPlans) judge(sql string, n planNode, name string) {
	var equal []string
	for _, m := range postgresEqual.FindAllStringSubmatch(n.Cond, -1) {
		equal = append(equal, m[1])
	}
	// A page within an index (db.Dialect.Within): the bounds of the column are the same.
	for _, m := range postgresWithin.FindAllStringSubmatch(n.Cond, -1) {
		equal = append(equal, m[1]+m[2])
	}
	switch n.Type {
	case "Seq Scan":
		if !small[n.Table] {
			p.found.add(name, scans, n.String(), sql)
		}
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		trigrams := strings.Contains(n.Cond, "~~")
		switch {
		case small[n.Table] || trigrams:
		case !slices.Contains(equal, p.leads[n.Index]):
			p.found.add(name, scans, n.String(), sql)
		case strings.Contains(n.Filter, "co_id = ") && !narrow(equal):
			p.found.add(name, others, n.String(), sql)
		}
	case "Sort":
		if len(n.Plans) == 1 && n.Plans[0].Rows > maxSorted {
			p.found.add(name, sorts, fmt.Sprintf("%.0f rows", n.Plans[0].Rows), sql)
		}
	}
	for _, step := range n.Plans {
		if step.Type == "Bitmap Index Scan" {
			step.Table = n.Table
		}
		p.judge(sql, step, name)
	}
}
