package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// bulkRecords is the number of records that one bulk request adds.
const bulkRecords = 1000

// bulk compares the records that go in by bulk requests with those that go in by single ones: people, who get their
// memberships with it, and identifiers of people.
func (b *bench) bulk(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	var number atomic.Int64
	for _, of := range []struct {
		what, plural, path string
		fields             func() string
	}{
		{"people", "CoPeople", "co_people", func() string { return `"CoId":"` + f.stock.adds + `","Status":"Active"` }},
		{"identifiers", "Identifiers", "identifiers", func() string {
			n := number.Add(1)
			return fmt.Sprintf(`"Identifier":"bulk%d","Type":"uid","Login":false,"Status":"Active","Person":{"Type":"CO","Id":"%d"}`, n, f.stock.firstPerson+n%manyPeople)
		}},
	} {
		many := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
			return c.addBulk(of.plural, of.path, bulkRecords, of.fields)
		}}
		one := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
			_, err := c.add(of.plural, of.path, of.fields())
			return err
		}}
		result, err := b.compare(ctx, many, one)
		if err != nil {
			return err
		}
		b.report.bulk(b.version, of.what, b.clients, aims.bulk.on(b.database), result)
	}
	return nil
}

// addBulk adds records by one request.
func (c *conn) addBulk(plural, path string, records int, fields func() string) error {
	var body strings.Builder
	body.WriteString(`{"RequestType":"` + plural + `","Version":"1.0","` + plural + `":[`)
	for i := range records {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`{"Version":"1.0",` + fields() + `}`)
	}
	body.WriteString(`]}`)
	_, err := c.call(http.MethodPost, root+path+"/bulk.json", body.String(), http.StatusOK)
	return err
}
