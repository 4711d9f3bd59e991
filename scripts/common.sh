# shellcheck shell=bash
# What the scripts share. Sourced with the repository as current folder.

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/vitrine/target}"
export VITRINE_DEMO_DIR="${VITRINE_DEMO_DIR:-$HOME/.local/share/vitrine-demo}"

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# No binary that people run may be able to switch enforcement off.
refuse_enforcement_switch() {
  if grep -qa 'VITRINE-ENFORCEMENT-SWITCH-IS-COMPILED-IN' "$1"; then
    fail "$1 contains the enforcement switch, which is for tests only"
  fi
}

# 64 hexadecimal digits.
random_secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
