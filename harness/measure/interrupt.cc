#include "harness/measure/interrupt.h"

#include <signal.h>

namespace assay::measure {
namespace {

volatile sig_atomic_t interrupted = 0;

constexpr int kSignals[] = {SIGINT, SIGTERM};

void SetHandlers(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int signal : kSignals) sigaction(signal, &action, nullptr);
}

void OnSignal(int) {
  interrupted = 1;
  SetHandlers(SIG_DFL);
}

}  // namespace

void CatchInterrupts() { SetHandlers(OnSignal); }

bool Interrupted() { return interrupted != 0; }

void ResetInterrupts() {
  interrupted = 0;
  CatchInterrupts();
}

}  // namespace assay::measure
