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

# Environments of Python that tests run programs of others in, each of exactly the packages of scripts/python/NAME.txt.
python_environments() {
  local list
  for list in scripts/python/*.txt; do basename "$list" .txt; done
}

python_environment() { printf '%s/%s' "$CARGO_TARGET_DIR" "$1"; }

# Makes one, and makes it anew when its packages change.
install_python_environment() {
  local list="scripts/python/$1.txt" wanted venv
  venv=$(python_environment "$1")
  wanted=$(sha256sum <"$list")
  [[ -f $venv/.installed && $(<"$venv/.installed") == "$wanted" ]] && return
  say "Installing the Python packages of $1"
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$list"
  printf '%s\n' "$wanted" >"$venv/.installed"
}
