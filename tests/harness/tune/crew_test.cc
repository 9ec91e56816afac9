// The crew of rank 0, whose members are played by the test: late, failing, dead or of another kind,
// what comes back is what one process would have made, in its order.
#include "harness/tune/crew.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>

#include "harness/tune/message.h"

namespace assay::tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Batch number n of any model has the label n and the output [n, n / 2].
Batch Made(int64_t number) {
  const auto value = static_cast<float>(number);
  Batch batch{{number}, {}};
  batch.outputs.push_back(Tensor::Of<float>({1, 2}, {value, value / 2}));
  return batch;
}

struct Order {
  int to = 0;
  MessageKind kind = {};
  std::vector<int64_t> numbers;
};

// What rank 0 sends is kept; what it is to receive is put in by the test.
class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(int size) : size_(size) {}

  int rank() const override { return 0; }
  int size() const override { return size_; }
  void Send(int to, std::span<const char> bytes) override {
    MessageReader reader(bytes);
    Order order{to, reader.Kind(), {}};
    const int64_t fields =
        order.kind == MessageKind::kBatch ? 4 : order.kind == MessageKind::kModel;
    for (int64_t i = 0; i < fields; ++i) order.numbers.push_back(reader.Number());
    orders.push_back(order);
    if (order.kind == MessageKind::kLeave && polite) Say(to, MessageWriter(MessageKind::kLeaving));
    if (on_send) on_send(order);
  }
  std::optional<Message> Receive() override {
    if (inbox.empty()) return std::nullopt;
    Message message = std::move(inbox.front());
    inbox.pop_front();
    return message;
  }
  void Finish(bool all) override { finished.push_back(all); }

  void Say(int from, const MessageWriter& message) {
    inbox.push_back({from, {message.bytes().begin(), message.bytes().end()}});
  }
  void SayReady(int from, int64_t process = 0, const std::string& trouble = "",
                const std::string& identity = "data") {
    Say(from, MessageWriter(MessageKind::kReady)
                  .Number(process)
                  .Text(Process::This().host)
                  .Text(trouble)
                  .Text(identity));
  }
  void Answer(const Order& order) {
    Say(order.to, MessageWriter(MessageKind::kOutputs)
                      .Number(order.numbers[0])
                      .Number(order.numbers[2])
                      .Add(Made(order.numbers[2])));
  }
  std::vector<Order> Batches() const {
    std::vector<Order> batches;
    for (const Order& order : orders) {
      if (order.kind == MessageKind::kBatch) batches.push_back(order);
    }
    return batches;
  }

  std::vector<Order> orders;
  std::deque<Message> inbox;
  std::function<void(const Order&)> on_send;
  bool polite = true;
  inline static std::vector<bool> finished;

 private:
  int size_;
};

class CrewTest : public testing::Test {
 protected:
  explicit CrewTest() { FakeTransport::finished.clear(); }

  Crew& Start(int size) {
    auto transport = std::make_unique<FakeTransport>(size);
    transport_ = transport.get();
    crew_ = std::make_unique<Crew>(std::move(transport),
                                   [this](const std::string& s) { warnings_.push_back(s); });
    crew_->Expect("data");
    return *crew_;
  }
  // Members answer whatever they are asked.
  void Obey() {
    transport_->on_send = [this](const Order& order) {
      if (order.kind == MessageKind::kBatch) transport_->Answer(order);
    };
  }
  // Labels of all batches, in the order they came in; `own_` has the numbers that were run here.
  std::vector<int64_t> RunAll(Crew& crew, int64_t total) {
    std::vector<int64_t> labels;
    crew.Begin({"model", 0, total, 1});
    for (int64_t number = 0; number < total; ++number) {
      auto batch = crew.Next(number, [&](int64_t n) -> Result<Batch> {
        own_.push_back(n);
        return Made(n);
      });
      EXPECT_TRUE(batch.ok()) << batch.message();
      EXPECT_EQ(batch->outputs[0].view().as<const float>()[1], static_cast<float>(number) / 2);
      labels.push_back(batch->labels[0]);
    }
    return labels;
  }

  FakeTransport* transport_ = nullptr;
  std::unique_ptr<Crew> crew_;
  std::vector<std::string> warnings_;
  std::vector<int64_t> own_;
};

TEST_F(CrewTest, AloneItRunsAll) {
  Crew crew(nullptr, nullptr);
  EXPECT_TRUE(crew.empty());
  crew.Quiet();
}

TEST_F(CrewTest, SharesBatchesAndKeepsTheirOrder) {
  Crew& crew = Start(3);
  Obey();
  transport_->SayReady(1);
  transport_->SayReady(2);
  EXPECT_THAT(RunAll(crew, 7), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(crew.batches(), 7);
  EXPECT_EQ(crew.shared_batches(), 7 - std::ssize(own_));
  EXPECT_GT(crew.shared_batches(), 3);
  // Each was told the model once, before its first batch.
  EXPECT_EQ(std::ranges::count(transport_->orders, MessageKind::kModel, &Order::kind), 2);
}

TEST_F(CrewTest, NobodyIsWaitedFor) {
  Crew& crew = Start(3);  // They take batches and never answer, as the dead.
  transport_->SayReady(1);
  transport_->SayReady(2);
  EXPECT_THAT(RunAll(crew, 40), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                            16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                                            30, 31, 32, 33, 34, 35, 36, 37, 38, 39));
  EXPECT_EQ(own_.size(), 40u);
  EXPECT_EQ(transport_->Batches().size(), 4u);  // Two each, and no more.
  EXPECT_EQ(crew.shared_batches(), 0);
}

TEST_F(CrewTest, LateAnswersAndThoseOfAnotherPassAreDropped) {
  Crew& crew = Start(2);
  transport_->SayReady(1);
  RunAll(crew, 3);
  const auto first = transport_->Batches();
  ASSERT_EQ(first.size(), 2u);
  for (const Order& order : first) transport_->Answer(order);
  own_.clear();
  EXPECT_THAT(RunAll(crew, 3), ElementsAre(0, 1, 2));
  EXPECT_EQ(crew.shared_batches(), 0);
  EXPECT_EQ(transport_->Batches().size(), 4u);  // It answered: it is given work again.
}

TEST_F(CrewTest, WhatFailsThereIsRunHere) {
  Crew& crew = Start(2);
  transport_->on_send = [this](const Order& order) {
    if (order.kind != MessageKind::kBatch) return;
    transport_->Say(
        1, MessageWriter(MessageKind::kFailed).Number(order.numbers[0]).Number(order.numbers[2]));
  };
  transport_->SayReady(1);
  EXPECT_THAT(RunAll(crew, 5), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(own_.size(), 5u);
}

TEST_F(CrewTest, AnErrorComesWithItsBatch) {
  Crew& crew = Start(2);
  transport_->SayReady(1);
  crew.Begin({"model", 0, 6, 1});
  const auto run = [](int64_t number) -> Result<Batch> {
    if (number >= 2) return Error("batch " + std::to_string(number));
    return Made(number);
  };
  EXPECT_TRUE(crew.Next(0, run).ok());  // Run here, after others that lie ahead of it.
  EXPECT_TRUE(crew.Next(1, run).ok());
  EXPECT_EQ(crew.Next(2, run).message(), "batch 2");
}

TEST_F(CrewTest, WhoCannotWorkOrHasOtherDataGetsNothing) {
  Crew& crew = Start(4);
  Obey();
  transport_->SayReady(1, 0, "images.npy: no such file");
  transport_->SayReady(2, 0, "", "other data");
  transport_->SayReady(3);
  RunAll(crew, 9);
  for (const Order& order : transport_->Batches()) EXPECT_EQ(order.to, 3);
  ASSERT_EQ(warnings_.size(), 2u);
  EXPECT_THAT(warnings_[0], HasSubstr("does not work along: images.npy: no such file"));
  EXPECT_THAT(warnings_[1], HasSubstr("it has other data, or another version"));
  crew.Quiet();
}

TEST_F(CrewTest, GoodbyeIsSaidOnlyWhenAllAreThere) {
  Start(3);
  Obey();
  transport_->SayReady(1);
  transport_->SayReady(2);
  crew_.reset();
  EXPECT_THAT(FakeTransport::finished, ElementsAre(true));

  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  Start(3);
  transport_->polite = false;
  transport_->on_send = [this](const Order& order) {
    if (order.kind == MessageKind::kLeave && order.to == 1) {
      transport_->Say(1, MessageWriter(MessageKind::kLeaving));
    }
  };
  transport_->SayReady(1);
  transport_->SayReady(2, dead);
  crew_->Quiet();  // Both are ready, one has died since.
  crew_.reset();
  EXPECT_THAT(FakeTransport::finished, ElementsAre(true, false));
}

TEST_F(CrewTest, QuietLastsUntilTheDeadAreKnown) {
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  Crew& crew = Start(2);
  transport_->SayReady(1, dead);
  RunAll(crew, 3);
  crew.Quiet();  // Would take ten minutes if nobody looked.
  transport_->orders.clear();
  RunAll(crew, 3);
  EXPECT_THAT(transport_->orders, IsEmpty());
}

TEST(Message, CutAnywhereItIsNotOk) {
  MessageWriter writer(MessageKind::kOutputs);
  writer.Number(-7).Text("text").Add(Made(3));
  const auto bytes = writer.bytes();
  for (size_t size = 0; size <= bytes.size(); ++size) {
    MessageReader reader(bytes.first(size));
    EXPECT_TRUE(reader.Kind() == MessageKind::kOutputs || !reader.ok());
    EXPECT_TRUE(reader.Number() == -7 || !reader.ok());
    EXPECT_TRUE(reader.Text() == "text" || !reader.ok());
    const Batch batch = reader.ReadBatch();
    EXPECT_EQ(reader.ok(), size == bytes.size()) << size;
    if (reader.ok()) {
      EXPECT_THAT(batch.labels, ElementsAre(3));
    }
  }
}

}  // namespace
}  // namespace assay::tune
