package view_test

import (
	"os"
	"testing"

	"comity/internal/registry/registrytest"
)

func TestMain(m *testing.M) { os.Exit(registrytest.Main(m)) }
