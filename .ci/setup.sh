# Sourced by ./demo, ./check and .ci/run: finds what is missing and installs it, or says it exactly.

BUILD_PACKAGES=(clang-19 g++ cmake ninja-build ccache libbenchmark-dev libboost-math-dev
  libcli11-dev libelf-dev libfmt-dev libjemalloc-dev libjpeg62-turbo-dev libjs-chart.js libonnx-dev
  libprotobuf-dev libstb-dev libtbb-dev libyaml-cpp-dev nlohmann-json3-dev
  protobuf-compiler zlib1g-dev)
DEMO_PACKAGES=(dataset-fashion-mnist)
PEER_PACKAGES=(libdnnl-dev libxsmm-dev libopenblas-dev)  # bench/peers only
EXPORT_PACKAGES=(python3-torch python3-torchvision python3-onnx python3-numpy)  # bench/peers/onnxruntime only
TEST_PACKAGES=(dataset-fashion-mnist libgtest-dev libgmock-dev libclang-rt-19-dev binutils git
  libonnx-testdata libopenmpi-dev openmpi-bin python3 python3-matplotlib python3-numpy chromium)

# ensure_packages PACKAGE...: returns when all are installed; touches the network only when one is not.
ensure_packages() {
  local missing=() package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
      missing+=("$package")
    fi
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages: ${missing[*]}" >&2
    echo "This needs root. Install them with: sudo apt-get install ${missing[*]}" >&2
    exit 2
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive \
         apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "Could not install: ${missing[*]} (full log: $log)" >&2
    exit 2
  fi
  rm -f "$log"
}

# build_preset PRESET: configures once, builds what changed; quiet unless something fails.
build_preset() {
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >"build-$1.log" 2>&1 || {
    cat "build-$1.log" >&2
    rm -f "build-$1.log"
    exit 2
  }
  rm -f "build-$1.log"
  cmake --build --preset "$1"
}
