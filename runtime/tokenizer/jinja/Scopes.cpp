//===- Scopes.cpp - names that a scope hides before it sets them ----------===//
//
// Jinja decides at compile time where a name lives. A scope (the template, a
// loop's body, a block whose text is caught, a macro) that sets a name without
// reading it before has it to itself from its beginning: what is read inside
// of it, say in a loop before the set, is undefined, whatever the variables
// hold. A name that only some branches of an if set is looked up outside as
// well.
//
//===----------------------------------------------------------------------===//
#include "Scopes.h"

#include <map>

using namespace sinter::jinja;

namespace {

/// Where a scope's name begins.
enum class Start { Outside, Undefined, Parameter };

struct Names {
  std::map<std::string, Start> Known;
  std::map<std::string, bool> Stored;
};

class Scope {
public:
  explicit Scope(const Scope *Parent) : Parent(Parent) {
    Layers.emplace_back();
  }

  void parameter(const std::string &Name) {
    Layers.back().Known[Name] = Start::Parameter;
  }

  /// What an assignment's left side declares in a scope of its own.
  void parameters(const Node &Target) {
    if (Target.Kind == NodeKind::Name)
      return parameter(Target.Text);
    for (const NodePtr &Kid : Target.Kids)
      parameters(*Kid);
  }

  void statements(Node &Body) {
    for (const NodePtr &Kid : Body.Kids)
      statement(*Kid);
  }

  /// When all of the scope is read: marks its body, then does those inside.
  void finish(Node &Body) {
    for (const auto &[Name, Begins] : Layers[0].Known)
      if (Begins == Start::Undefined)
        Body.Hidden.push_back(Name);
    for (const auto &[Owner, Inner] : InnerScopes)
      inner(Owner, *Inner);
  }

private:
  bool isKnownOutside(const std::string &Name) const {
    for (const Scope *S = Parent; S; S = S->Parent)
      if (S->Layers[0].Known.count(Name))
        return true;
    return false;
  }
  bool isKnown(const std::string &Name) const {
    for (const Names &L : Layers)
      if (L.Known.count(Name))
        return true;
    return isKnownOutside(Name);
  }
  bool isStored(const std::string &Name) const {
    for (const Names &L : Layers)
      if (L.Stored.count(Name))
        return true;
    return false;
  }

  void load(const std::string &Name) {
    if (!isKnown(Name))
      Layers.back().Known[Name] = Start::Outside;
  }
  void store(const std::string &Name) {
    Layers.back().Stored[Name] = true;
    for (const Names &L : Layers)
      if (L.Known.count(Name))
        return;
    Layers.back().Known[Name] =
        isKnownOutside(Name) ? Start::Outside : Start::Undefined;
  }

  void loads(const Node *N) {
    if (!N)
      return;
    if (N->Kind == NodeKind::Name)
      load(N->Text);
    for (const NodePtr &Kid : N->Kids)
      loads(Kid.get());
    for (const auto &Named : N->Named)
      loads(Named.second.get());
  }

  void stores(const Node &Target) {
    if (Target.Kind == NodeKind::Name)
      return store(Target.Text);
    if (Target.Kind == NodeKind::Attribute)
      return loads(&Target);
    for (const NodePtr &Kid : Target.Kids)
      stores(*Kid);
  }

  void statement(Node &N) {
    switch (N.Kind) {
    case NodeKind::Output:
      return loads(N.Kids[0].get());
    case NodeKind::Body:
      return statements(N);
    case NodeKind::If:
      loads(N.Kids[0].get());
      return branches(N, 1);
    case NodeKind::For:
      loads(N.Kids[1].get());
      InnerScopes.emplace_back(&N, N.Kids[3].get());
      if (N.Kids[4])
        InnerScopes.emplace_back(nullptr, N.Kids[4].get());
      return;
    case NodeKind::Set:
      loads(N.Kids[1].get());
      return stores(*N.Kids[0]);
    case NodeKind::SetBlock:
      stores(*N.Kids[0]);
      InnerScopes.emplace_back(nullptr, N.Kids[1].get());
      return;
    case NodeKind::FilterPart:
      loads(N.Kids[0].get());
      InnerScopes.emplace_back(nullptr, N.Kids[1].get());
      return;
    case NodeKind::Macro:
      store(N.Text);
      InnerScopes.emplace_back(&N, N.Kids[0].get());
      return;
    case NodeKind::CallPart:
      loads(N.Kids[0].get());
      InnerScopes.emplace_back(N.Kids[1].get(), N.Kids[1]->Kids[0].get());
      return;
    case NodeKind::With:
      for (size_t I = 1; I < N.Kids.size(); I += 2)
        loads(N.Kids[I].get());
      InnerScopes.emplace_back(&N, N.Kids.back().get());
      return;
    default:
      return;
    }
  }

  /// From the body at `At` on: three branches, the body, all elifs, the else.
  void branches(Node &N, size_t At) {
    std::vector<Names> Done;
    const auto Branch = [&](auto &&Visit) {
      Layers.emplace_back();
      Visit();
      Done.push_back(std::move(Layers.back()));
      Layers.pop_back();
    };
    size_t Else = At + 1; // the last kid, when it has no test before it
    while (Else + 1 < N.Kids.size())
      Else += 2;
    Branch([&] { statement(*N.Kids[At]); });
    Branch([&] {
      // Each elif is an if of its own, one after another.
      for (size_t I = At + 1; I + 1 < N.Kids.size(); I += 2) {
        loads(N.Kids[I].get());
        elif (*N.Kids[I + 1]);
      }
    });
    Branch([&] {
      if (Else < N.Kids.size())
        statement(*N.Kids[Else]);
    });
    merge(Done);
  }

  /// An if with nothing but a body.
  void elif (Node &Body) {
    std::vector<Names> Done(3);
    Layers.emplace_back();
    statement(Body);
    Done[0] = std::move(Layers.back());
    Layers.pop_back();
    merge(Done);
  }

  void merge(const std::vector<Names> &Done) {
    std::map<std::string, size_t> Counts;
    for (const Names &B : Done)
      for (const auto &Item : B.Stored)
        if (!isStored(Item.first))
          ++Counts[Item.first];
    Names &Into = Layers.back();
    for (const Names &B : Done) {
      for (const auto &[Name, Begins] : B.Known)
        Into.Known[Name] = Begins;
      for (const auto &Item : B.Stored)
        Into.Stored[Item.first] = true;
    }
    for (const auto &[Name, Count] : Counts)
      if (Count < Done.size())
        outside(Name);
  }

  /// A name of this scope that is looked up outside of it too.
  void outside(const std::string &Name) {
    for (Names &L : Layers)
      if (const auto It = L.Known.find(Name);
          It != L.Known.end() && It->second == Start::Undefined)
        It->second = Start::Outside;
  }

  void inner(Node *Owner, Node &Body) const {
    Scope S(this);
    if (Owner && Owner->Kind == NodeKind::For) {
      S.parameter("loop");
      S.parameters(*Owner->Kids[0]);
    } else if (Owner && Owner->Kind == NodeKind::With) {
      for (size_t I = 0; I + 1 < Owner->Kids.size(); I += 2)
        S.parameters(*Owner->Kids[I]);
    } else if (Owner) {
      for (const auto &[Name, Default] : Owner->Parameters) {
        S.parameter(Name);
        S.loads(Default.get());
      }
      if (Owner->TakesCaller)
        S.parameter("caller");
    }
    S.statements(Body);
    S.finish(Body);
  }

  const Scope *Parent;
  std::vector<Names> Layers; ///< the scope's own, then open branches
  std::vector<std::pair<Node *, Node *>> InnerScopes;
};

} // namespace

void sinter::jinja::markHidden(Node &Root) {
  Scope S(nullptr);
  S.statements(Root);
  S.finish(Root);
}
