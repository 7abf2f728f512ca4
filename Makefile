# Everything a developer does, one line each. `make` alone prints this list.
.DEFAULT_GOAL := help

export CGO_ENABLED := 0
BIN     := build/supervisord
TAGS    := nethttpomithttp2
LINT    := build/golangci-lint
TARGETS := linux darwin freebsd windows
FUZZ    ?= 30s
PREFIX  ?= /usr/local
DESTDIR ?=
BINDIR  := $(DESTDIR)$(PREFIX)/bin
SHARE   := $(DESTDIR)$(PREFIX)/share

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the static binary build/supervisord
	@mkdir -p build
	go build -trimpath -tags $(TAGS) -ldflags '-s -w' -o $(BIN) ./cmd/supervisord
	@ln -sf supervisord build/supervisorctl

$(BIN):
	@$(MAKE) build

.PHONY: install
install: $(BIN) ## install binary, supervisorctl, man pages and completions under DESTDIR and PREFIX
	install -d $(BINDIR) $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(BIN) $(BINDIR)/supervisord
	ln -sf supervisord $(BINDIR)/supervisorctl
	install -m 644 man/*.1 $(SHARE)/man/man1
	install -m 644 man/*.5 $(SHARE)/man/man5
	for name in supervisord supervisorctl; do \
		$(BIN) completion bash $$name >$(SHARE)/bash-completion/completions/$$name && \
		$(BIN) completion zsh $$name >$(SHARE)/zsh/site-functions/_$$name && \
		$(BIN) completion fish $$name >$(SHARE)/fish/vendor_completions.d/$$name.fish || exit 1; \
	done

.PHONY: uninstall
uninstall: ## remove what install has put there
	for name in supervisord supervisorctl; do rm -f $(BINDIR)/$$name $(SHARE)/man/man1/$$name.1 \
		$(SHARE)/bash-completion/completions/$$name $(SHARE)/zsh/site-functions/_$$name \
		$(SHARE)/fish/vendor_completions.d/$$name.fish; done
	rm -f $(SHARE)/man/man5/supervisord.conf.5

.PHONY: run
run: build ## build, and run the example in the foreground; Ctrl-C stops it
	@mkdir -p examples/run
	exec $(BIN) -c examples/supervisord.conf

.PHONY: test
test: peers oracle ## install what the tests need, and run all of them
	@if command -v gcc >/dev/null; then CGO_ENABLED=1 go test -race -short ./...; \
	else echo "no gcc: without the race detector" >&2; go test -short ./...; fi
	go test -run DoesNotAllocate ./internal/output/...  # the race detector allocates

.PHONY: peers
peers: ## install Debian's supervisor, rsyslog, tmux and s6, which the tests need
	@scripts/peers.sh

.PHONY: check
check: fmt vet lint tidy ## formatting, vet for every system, linters, go.mod

.PHONY: fmt
fmt: ## fail if a file is not formatted
	@files=$$(gofmt -l .); test -z "$$files" || { echo "not formatted: $$files"; exit 1; }

.PHONY: vet
vet: ## go vet for linux, darwin, freebsd and windows
	@for os in $(TARGETS); do echo "vet $$os"; GOOS=$$os go vet ./... || exit 1; done

.PHONY: lint
lint: $(LINT) ## golangci-lint, with the layer rules
	$(LINT) run ./...

$(LINT): tools/go.mod
	@mkdir -p build
	cd tools && go build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: tidy
tidy: ## fail if go.mod is not tidy
	go mod tidy -diff

.PHONY: generate
generate: ## write the generated parts of docs/, and man/
	go generate ./...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZ (30s)
	@scripts/fuzz.sh $(FUZZ)

.PHONY: oracle
oracle: peers ## compare the state machine with Python's, 50,000 new random scripts
	go test -count=1 -v -run TestAgainstPython ./internal/process

.PHONY: compat
compat: peers ## the scripts, with {our, Debian's} supervisord x {our, Debian's} supervisorctl
	CI=true go test -count=1 ./compat

.PHONY: bench
bench: build ## the table of benchmarks, beside Python's daemon and a C loop
	go run ./bench

.PHONY: clean
clean: ## remove what was built
	rm -rf build examples/run
