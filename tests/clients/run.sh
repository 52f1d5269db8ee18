#!/usr/bin/env bash
# Starts a server on an empty folder and lets programs that are not ours speak to it: Python over
# gRPC, Node over gRPC, gRPC-Web, GraphQL and WebSocket, and networkx on the figures.
#
# Usage: tests/clients/run.sh
# Needs cargo, python3 with venv, node and npm; what else the clients need is installed under
# target/clients, in the versions of requirements.txt and package-lock.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

# How long to wait for the server's first line, and for each client, in seconds.
readonly READY_MAX=60
readonly CLIENT_MAX=600

for program in cargo python3 node npm timeout; do
    if ! command -v "$program" >/dev/null; then
        echo "tests/clients/run.sh: $program is missing, so the outside clients cannot run" >&2
        exit 1
    fi
done

repository=$PWD
built=${CARGO_TARGET_DIR:-$repository/target}
clients=$built/clients
weft=$built/debug/weft
folder=$(mktemp -d)
server=

finish() {
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Runs a command in a folder of its own when what it depends on has changed since it last worked.
install() {
    local into=$1 lock=$2
    shift 2
    if ! cmp -s "$lock" "$into/installed"; then
        rm -f "$into/installed"
        "$@"
        cp "$lock" "$into/installed"
    fi
}

install_python() {
    python3 -m venv --clear "$clients/python"
    "$clients/python/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement tests/clients/python/requirements.txt
}

install_node() {
    npm ci --prefix "$clients/node" --ignore-scripts --no-audit --no-fund --loglevel=error
}

cargo build --locked --quiet -p weft
mkdir -p "$clients/python" "$clients/node"
install "$clients/python" tests/clients/python/requirements.txt install_python
# Node looks for packages beside the program, so the programs go to the packages.
cp tests/clients/node/{.npmrc,package.json,package-lock.json,*.mjs} "$clients/node/"
install "$clients/node" tests/clients/node/package-lock.json install_node

"$weft" serve --data "$folder/data" --listen 127.0.0.1:0 \
    >"$folder/ready" 2>"$folder/log" </dev/null &
server=$!
for ((tenth = 0; tenth < READY_MAX * 10; tenth++)); do
    url=$(sed -n 's/^ready //p' "$folder/ready")
    if [[ -n $url ]] || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
done
if [[ -z $url ]]; then
    echo "tests/clients/run.sh: the server did not become ready; its log ends with" >&2
    tail -n 20 "$folder/log" >&2
    exit 1
fi
token=$("$weft" token --data "$folder/data" --operator)
echo "the server is ready at $url"

failed=()
client() {
    local name=$1
    shift
    echo
    echo "--- $name"
    if ! timeout "$CLIENT_MAX" "$@"; then failed+=("$name"); fi
}

export PYTHONDONTWRITEBYTECODE=1
python=$clients/python/bin/python
client 'Python, gRPC' \
    "$python" tests/clients/python/check.py "$url" "$token" "$weft" "$folder/data"
client 'Node, gRPC, gRPC-Web, GraphQL and WebSocket' \
    node --test-reporter=spec "$clients/node/check.mjs" \
    "$url" "$token" "$weft" "$folder/data" "$repository"
client 'Node, audits of GraphQL over HTTP' \
    node --test-reporter=spec "$clients/node/audit.mjs" "$url"
client 'Python, networkx' \
    "$python" tests/clients/python/networkx_check.py \
    "$url" "$token" "$weft" data/southern-women.csv "${WEFT_CHECK_SEED:-1936}"

if ! kill -0 "$server" 2>/dev/null; then failed+=('the server itself, which is gone'); fi
echo
if ((${#failed[@]} > 0)); then
    printf 'failed: %s\n' "${failed[@]}"
    echo "the server's log ends with"
    tail -n 20 "$folder/log"
    exit 1
fi
echo 'all outside clients passed'
