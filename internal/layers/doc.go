// Package layers holds the shape of the module by tests, and has nothing else: who may
// import whom and why not, one package comment per package, a line in
// docs/ARCHITECTURE.md for each, and no file that is too long.
//
// The layers are the table in rules_test.go. golangci-lint knows the most important of
// them too (.golangci.yml, depguard), so that an editor can say at once what this test
// says later; what a package reaches through another one is seen here alone.
package layers
