#include "harness/tune/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "harness/measure/interrupt.h"
#include "harness/tune/message.h"

namespace assay::tune {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostDue = 2;        // So that a rank has work while its answer travels.
constexpr int64_t kReach = 4;         // Batches per rank that may be run ahead of the next one.
constexpr double kMostQuiet_s = 600;  // Until a rank of another machine counts as gone.
constexpr double kMostEnd_s = 30;

}  // namespace

Crew::Crew(std::unique_ptr<Transport> transport, Warn warn)
    : transport_(std::move(transport)), warn_(std::move(warn)) {
  const Process process = Process::This();
  for (int rank = 1; transport_ != nullptr && rank < transport_->size(); ++rank) {
    members_.emplace_back().rank = rank;
    transport_->Send(
        rank, MessageWriter(MessageKind::kWelcome).Number(process.id).Text(process.host).bytes());
  }
}

Crew::~Crew() {
  if (transport_ == nullptr) return;
  for (const Member& member : members_) {
    transport_->Send(member.rank, MessageWriter(MessageKind::kLeave).bytes());
  }
  Await([](const Member& member) { return member.leaving; }, kMostEnd_s);
  const bool all = std::ranges::all_of(members_, &Member::leaving);
  for (const Member& member : members_) {
    transport_->Send(member.rank, MessageWriter(MessageKind::kEnd).Number(all).bytes());
  }
  transport_->Finish(all);
}

void Crew::Begin(const Pass& pass) {
  pass_ = pass;
  task_ += 1;
  next_ = taken_ = 0;
  results_.clear();
  for (Member& member : members_) member.due.clear();
}

Result<Batch> Crew::Next(int64_t number, Run run) {
  batches_ += 1;
  taken_ = number;
  const int64_t reach = std::min(batch_count(), number + kReach * (std::ssize(members_) + 1));
  while (true) {
    Poll(number);
    if (const auto found = results_.find(number); found != results_.end()) {
      Result<Batch> batch = std::move(found->second);
      results_.erase(found);
      taken_ = number + 1;
      return batch;
    }
    if (number >= next_ || !IsDue(number) || next_ >= reach) break;
    const int64_t ahead = next_++;
    results_.emplace(ahead, run(ahead));
  }
  next_ = std::max(next_, number + 1);
  taken_ = number + 1;  // Should it come back after all, it is too late.
  return run(number);
}

void Crew::Quiet() {
  Await([](const Member& member) { return member.ready && member.unanswered == 0; }, kMostQuiet_s);
}

bool Crew::IsDue(int64_t number) const {
  return std::ranges::any_of(members_,
                             [&](const Member& member) { return member.due.contains(number); });
}

void Crew::Poll(int64_t first) {
  if (transport_ == nullptr) return;
  while (const auto message = transport_->Receive()) Take(*message);
  const int64_t reach = std::min(batch_count(), first + kReach * (std::ssize(members_) + 1));
  next_ = std::max(next_, first);
  for (size_t due = 0; due < kMostDue; ++due) {  // The first for all, then the second.
    for (Member& member : members_) {
      const bool free = member.ready && !member.idle && !member.gone &&
                        member.unanswered <= std::ssize(member.due);
      if (free && member.due.size() <= due && next_ < reach) HandOut(member, next_++);
    }
  }
}

void Crew::HandOut(Member& member, int64_t number) {
  if (member.knows != task_) {
    transport_->Send(member.rank, MessageWriter(MessageKind::kModel)
                                      .Number(task_)
                                      .Number(pass_.model.empty())
                                      .Text(pass_.model)
                                      .bytes());
    member.knows = task_;
  }
  const int64_t begin = number * pass_.batch;
  const int64_t count = std::min(pass_.batch, pass_.total - begin);
  transport_->Send(member.rank, MessageWriter(MessageKind::kBatch)
                                    .Number(task_)
                                    .Number(pass_.data)
                                    .Number(begin)
                                    .Number(count)
                                    .bytes());
  member.due.insert(number);
  member.unanswered += 1;
}

void Crew::Take(const Transport::Message& message) {
  Member& member = members_[static_cast<size_t>(message.from - 1)];
  MessageReader reader(message.bytes);
  const MessageKind kind = reader.Kind();
  if (kind == MessageKind::kReady) {
    member.process.id = reader.Number();
    member.process.host = reader.Text();
    const std::string trouble = reader.Text();
    member.ready = true;
    member.idle = !trouble.empty() || reader.Text() != identity_;
    if (member.idle && !identity_.empty()) {  // Else rank 0 fails as well, and says why.
      warn_(fmt::format("rank {} on {} does not work along: {}", message.from, member.process.host,
                        trouble.empty() ? "it has other data, or another version" : trouble));
    }
    return;
  }
  member.leaving = kind == MessageKind::kLeaving;
  if (member.leaving) return;
  const int64_t task = reader.Number(), begin = reader.Number();
  member.gone = false;
  member.unanswered -= 1;
  if (task != task_) return;  // Of a pass that was stopped.
  const int64_t number = begin / pass_.batch;
  member.due.erase(number);
  if (kind != MessageKind::kOutputs) return;  // What fails there is run here, for its sentence.
  Batch batch = reader.ReadBatch();
  if (!reader.ok() || number < taken_ || results_.contains(number)) return;
  shared_batches_ += 1;
  results_.emplace(number, std::move(batch));
}

void Crew::Await(FunctionRef<bool(const Member&)> done, double most_s) {
  if (transport_ == nullptr) return;
  const auto start = Clock::now();
  while (true) {
    while (const auto message = transport_->Receive()) Take(*message);
    const bool late = std::chrono::duration<double>(Clock::now() - start).count() > most_s;
    bool all = true;
    for (Member& member : members_) {
      if (member.gone || done(member)) continue;
      member.gone = late || member.process.HasEnded();
      all = all && member.gone;
    }
    if (all || measure::Interrupted()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace assay::tune
