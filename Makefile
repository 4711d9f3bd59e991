.DEFAULT_GOAL := help
.PHONY: help demo test bench noninterference soak web clean-demo

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## Build and start Vitrine and a host application that embeds it (VITRINE_PORT=8080 HOST_PORT=8090)
	@VITRINE_PORT=$(or $(VITRINE_PORT),8080) HOST_PORT=$(or $(HOST_PORT),8090) scripts/demo

test: ## Run every check: formatting, lints, Rust, API, web and browser tests
	@scripts/test

bench: ## Measure a release build and write docs/performance.md
	@scripts/bench

noninterference: ## Compare worlds that look the same to one person (CASES=5000 SEED=1 POINT=)
	@CASES=$(or $(CASES),5000) SEED=$(or $(SEED),1) POINT=$(POINT) scripts/noninterference

soak: ## The same for an hour or two, decisions on random worlds, and writers killed (CASES=200000 KILLS=3000)
	@scripts/decisions
	@KILLS=$(or $(KILLS),3000) scripts/killed
	@CASES=$(or $(CASES),200000) SEED=$(or $(SEED),1000000) scripts/noninterference

web: ## Build the web assets
	@scripts/setup && scripts/web

clean-demo: ## Delete the demo's store, secrets and logs
	@scripts/clean-demo
