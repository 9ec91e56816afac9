#include "harness/engine/memory.h"

#include <algorithm>
#include <numeric>

#include "harness/engine/arena.h"

namespace assay::engine {
namespace {

// By buffer; buffers that no step touches live at no step.
std::vector<Lifetime> LifetimesOf(const Program& program) {
  const auto steps = static_cast<int>(program.steps.size());
  std::vector<Lifetime> lifetimes;
  for (const BufferInfo& buffer : program.buffers) {
    lifetimes.push_back({buffer.bytes, steps, buffer.pinned ? steps : -1});
  }
  for (int i = 0; i < steps; ++i) {
    const Step& step = program.steps[static_cast<size_t>(i)];
    for (const std::vector<int>* buffers : {&step.reads, &step.writes}) {
      for (int buffer : *buffers) {
        Lifetime& lifetime = lifetimes[static_cast<size_t>(buffer)];
        lifetime.first = std::min(lifetime.first, i);
        lifetime.last = std::max(lifetime.last, i);
      }
    }
  }
  return lifetimes;
}

// Buffers that share memory because one overwrites the other: the first of them, by buffer.
std::vector<size_t> MergeOverwritten(const Program& program, std::vector<Lifetime>& lifetimes) {
  std::vector<size_t> owner(program.buffers.size());
  std::iota(owner.begin(), owner.end(), size_t{0});
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    for (const int overwritten : step.overwrites) {
      const auto result = static_cast<size_t>(step.writes[0]);
      const size_t operand = owner[static_cast<size_t>(overwritten)];
      const bool arena = program.buffers[result].kind == BufferInfo::Kind::kArena &&
                         program.buffers[operand].kind == BufferInfo::Kind::kArena;
      const bool dies = lifetimes[operand].last == static_cast<int>(i);
      const bool born = lifetimes[result].first == static_cast<int>(i);
      if (!arena || !dies || !born || operand == result) continue;
      owner[result] = operand;
      lifetimes[operand].last = lifetimes[result].last;
      break;
    }
  }
  return owner;
}

}  // namespace

void PlanMemory(Program& program) {
  std::vector<Lifetime> lifetimes = LifetimesOf(program);
  const std::vector<size_t> owner = MergeOverwritten(program, lifetimes);
  std::vector<Lifetime> placed;
  std::vector<size_t> place(program.buffers.size());
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const bool used = lifetimes[i].first <= lifetimes[i].last;
    if (program.buffers[i].kind != BufferInfo::Kind::kArena || owner[i] != i || !used) continue;
    place[i] = placed.size();
    placed.push_back(lifetimes[i]);
  }
  const ArenaLayout layout = PlaceInArena(placed);
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    BufferInfo& buffer = program.buffers[i];
    const bool used = lifetimes[owner[i]].first <= lifetimes[owner[i]].last;
    if (buffer.kind == BufferInfo::Kind::kArena && used) {
      buffer.offset = layout.offsets[place[owner[i]]];
    }
  }
  program.arena_bytes = layout.bytes;
  program.arena_lower_bound = layout.lower_bound;
}

}  // namespace assay::engine
