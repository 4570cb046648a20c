//===- Evaluator.cpp - rendering of a chat template -----------------------===//
//
// Walks the tree. Scopes are frames in a vector: a loop's iteration, a block
// that is captured and a macro have one of their own; a macro's parent is the
// frame where it was defined.
//
//===----------------------------------------------------------------------===//
#include "Library.h"
#include "Loop.h"
#include "Template.h"

#include "../Error.h"

#include <unordered_map>

using namespace sinter;
using namespace sinter::jinja;

namespace {

constexpr int MaxDepth = 1000;
constexpr uint64_t MaxSteps = 20'000'000;

struct MacroObject : Object {
  const Node *Definition = nullptr;
  size_t Frame = 0;
  bool Live = true; ///< a caller dies with its {% call %}
};

/// Filters that do to a text marked safe what they do to any other.
bool keepsSafe(std::string_view Filter) {
  for (const char *Name :
       {"safe", "escape", "e", "string", "tojson", "length", "count", "default",
        "d", "join", "list", "first", "last", "replace"})
    if (Filter == Name)
      return true;
  return false;
}

enum class Flow { Next, Break, Continue };

class Evaluator {
public:
  explicit Evaluator(int64_t Now) : R{H, Now} {}
  Meter M; // before all that holds texts
  Heap H;

  std::string run(const Node &Root, Template::Variables Given) {
    Frames.push_back({0, {}});
    for (auto &[Name, V] : Given) // the first of a name counts
      Frames[0].Names.emplace(std::move(Name), std::move(V));
    Frames.push_back({0, {}});
    Current = 1;
    std::string Text;
    Out = &Text;
    execute(Root);
    return Text;
  }

private:
  struct Frame {
    size_t Parent;
    std::unordered_map<std::string, Value> Names;
  };

  //===--- Scopes and limits -----------------------------------------------===

  struct Scope {
    Scope(Evaluator &E, size_t Parent) : E(E), Before(E.Current) {
      E.Frames.push_back({Parent, {}});
      E.Current = E.Frames.size() - 1;
    }
    ~Scope() {
      E.Frames.pop_back();
      E.Current = Before;
    }
    Evaluator &E;
    size_t Before;
  };

  /// Output goes to a text of its own.
  struct Capture {
    explicit Capture(Evaluator &E) : E(E), Before(E.Out) { E.Out = &Text; }
    ~Capture() {
      E.Out = Before;
      E.M.release(Text.size());
    }
    Evaluator &E;
    std::string *Before, Text;
  };

  struct Step {
    Step(Evaluator &E, Place At) : E(E) {
      if (++E.Steps > MaxSteps)
        refuse(At, "more than 20000000 steps");
      if (++E.Depth > MaxDepth) {
        --E.Depth;
        refuse(At, "calls nested too deep");
      }
    }
    ~Step() { --E.Depth; }
    Evaluator &E;
  };

  const Value *find(const std::string &Name) const {
    for (size_t F = Current;; F = Frames[F].Parent) {
      const auto &Names = Frames[F].Names;
      if (const auto It = Names.find(Name); It != Names.end())
        return &It->second;
      if (!F)
        return nullptr;
    }
  }

  void setName(const std::string &Name, Value V) {
    Frames[Current].Names[Name] = std::move(V);
  }

  void assign(const Node &Target, Value V) {
    if (Target.Kind == NodeKind::Name)
      return setName(Target.Text, std::move(V));
    if (Target.Kind == NodeKind::Attribute) {
      const Value Space = evaluate(*Target.Kids[0]);
      if (!Space.is(Kind::Namespace))
        fail("attributes can be set on a namespace only, not on a " +
             std::string(Space.typeName()));
      return Space.dict().set(Value::string(Target.Text), std::move(V));
    }
    const std::vector<Value> Items = iterate(V);
    if (Items.size() != Target.Kids.size())
      fail("cannot unpack " + std::to_string(Items.size()) + " values to " +
           std::to_string(Target.Kids.size()) + " names");
    for (size_t I = 0; I < Items.size(); ++I)
      assign(*Target.Kids[I], Items[I]);
  }

  void write(std::string_view Text) {
    if (Out->size() + Text.size() > MaxText)
      fail("writes more than 64 MiB");
    Meter::spend(Text.size());
    M.hold(Text.size());
    *Out += Text;
  }

  //===--- Statements ------------------------------------------------------===

  Flow execute(const Node &N) {
    const Step Guard(*this, N.At);
    try {
      return run(N);
    } catch (const Failure &F) {
      if (F.Status == SINTER_UNSUPPORTED)
        refuseUnsupported(N.At, F.Message);
      refuse(N.At, F.Message);
    }
  }

  Flow run(const Node &N) {
    switch (N.Kind) {
    case NodeKind::Data:
      write(N.Constant.text());
      return Flow::Next;
    case NodeKind::Output:
      write(str(evaluate(*N.Kids[0])));
      return Flow::Next;
    case NodeKind::Body:
      for (const std::string &Name : N.Hidden)
        setName(Name, Value::undefined(tokenizer::quote(Name)));
      for (const NodePtr &Kid : N.Kids)
        if (const Flow F = execute(*Kid); F != Flow::Next)
          return F;
      return Flow::Next;
    case NodeKind::If: {
      size_t I = 0;
      for (; I + 1 < N.Kids.size(); I += 2)
        if (evaluate(*N.Kids[I]).truth())
          return execute(*N.Kids[I + 1]);
      return I < N.Kids.size() ? execute(*N.Kids[I]) : Flow::Next;
    }
    case NodeKind::For:
      loop(N);
      return Flow::Next;
    case NodeKind::Set:
      assign(*N.Kids[0], evaluate(*N.Kids[1]));
      return Flow::Next;
    case NodeKind::SetBlock: {
      Value V = captured(*N.Kids[1]);
      if (N.Kids[2])
        V = filled(*N.Kids[2], V);
      assign(*N.Kids[0], std::move(V));
      return Flow::Next;
    }
    case NodeKind::FilterPart:
      write(str(filled(*N.Kids[0], captured(*N.Kids[1]))));
      return Flow::Next;
    case NodeKind::Macro:
      setName(N.Text, Value::object(Kind::Macro, macro(N)));
      return Flow::Next;
    case NodeKind::CallPart: {
      MacroObject *Caller = macro(*N.Kids[1]);
      const Value V = call(*N.Kids[0], Value::object(Kind::Macro, Caller));
      Caller->Live = false;
      write(str(V));
      return Flow::Next;
    }
    case NodeKind::With: {
      std::vector<Value> Values;
      for (size_t I = 1; I < N.Kids.size(); I += 2)
        Values.push_back(evaluate(*N.Kids[I]));
      const Scope Inside(*this, Current);
      for (size_t I = 0; I < Values.size(); ++I)
        assign(*N.Kids[2 * I], Values[I]);
      return execute(*N.Kids.back());
    }
    case NodeKind::Break:
      return Flow::Break;
    case NodeKind::Continue:
      return Flow::Continue;
    default:
      fail("not a statement");
    }
  }

  MacroObject *macro(const Node &N) {
    auto *M = H.make<MacroObject>();
    M->Definition = &N;
    M->Frame = Current;
    return M;
  }

  Value captured(const Node &Body) {
    const Scope Inside(*this, Current);
    const Capture Text(*this);
    execute(Body);
    return Value::string(Text.Text);
  }

  /// Filters around what a block wrote.
  Value filled(const Node &Filters, const Value &V) {
    const Value Before = Hole;
    Hole = V;
    Value Result = evaluate(Filters);
    Hole = Before;
    return Result;
  }

  void loop(const Node &N) {
    std::vector<Value> Items = iterate(evaluate(*N.Kids[1]));
    if (N.Kids[2]) {
      std::vector<Value> Kept;
      for (Value &Item : Items) {
        const Scope Inside(*this, Current);
        assign(*N.Kids[0], Item);
        if (evaluate(*N.Kids[2]).truth())
          Kept.push_back(std::move(Item));
      }
      Items = std::move(Kept);
    }
    bool Completed = false; // as in Jinja, break and continue do not count
    auto *L = H.make<LoopObject>();
    L->Items = std::move(Items);
    for (L->Index = 0; L->Index < L->Items.size(); ++L->Index) {
      const Scope Inside(*this, Current);
      setName("loop", Value::object(Kind::Loop, L));
      assign(*N.Kids[0], L->Items[L->Index]);
      const Flow F = execute(*N.Kids[3]);
      Completed |= F == Flow::Next;
      if (F == Flow::Break)
        break;
    }
    if (!Completed && N.Kids[4]) {
      const Scope Inside(*this, Current);
      execute(*N.Kids[4]);
    }
  }

  //===--- Expressions -----------------------------------------------------===

  Value evaluate(const Node &N) {
    const Step Guard(*this, N.At);
    try {
      return compute(N);
    } catch (const Failure &F) {
      if (F.Status == SINTER_UNSUPPORTED)
        refuseUnsupported(N.At, F.Message);
      refuse(N.At, F.Message);
    }
  }

  Value compute(const Node &N) {
    switch (N.Kind) {
    case NodeKind::Literal:
      return N.Constant;
    case NodeKind::Hole:
      return Hole;
    case NodeKind::Name:
      return name(N.Text);
    case NodeKind::List:
    case NodeKind::Tuple: {
      std::vector<Value> Items;
      for (const NodePtr &Kid : N.Kids)
        Items.push_back(evaluate(*Kid));
      return H.list(std::move(Items),
                    N.Kind == NodeKind::List ? Kind::List : Kind::Tuple);
    }
    case NodeKind::Dict: {
      auto *D = H.make<DictObject>();
      for (size_t I = 0; I + 1 < N.Kids.size(); I += 2)
        D->set(evaluate(*N.Kids[I]), evaluate(*N.Kids[I + 1]));
      return Value::object(Kind::Dict, D);
    }
    case NodeKind::Attribute: {
      const Value V = evaluate(*N.Kids[0]);
      return V.is(Kind::Loop) ? loopAttribute(R, V, N.Text)
                              : attribute(R, V, N.Text);
    }
    case NodeKind::Subscript: {
      const Value V = evaluate(*N.Kids[0]), Key = evaluate(*N.Kids[1]);
      if (V.is(Kind::Loop) && Key.is(Kind::String))
        return loopAttribute(R, V, Key.text());
      return item(R, V, Key);
    }
    case NodeKind::Slice: {
      Value Parts[4];
      for (int I = 0; I < 4; ++I)
        Parts[I] = N.Kids[I] ? evaluate(*N.Kids[I]) : Value::none();
      return slice(R, Parts[0], Parts[1], Parts[2], Parts[3]);
    }
    case NodeKind::Call:
      return call(N, Value());
    case NodeKind::Filter: {
      const Value V = evaluate(*N.Kids[0]);
      Arguments A = arguments(N);
      if (V.isSafe() && !keepsSafe(N.Text))
        failUnsupported("the filter " + N.Text + " of a text marked safe");
      Meter::spend(size(V));
      Value Result = N.TheFilter->Apply(R, V, A);
      A.done(N.Text);
      return Result;
    }
    case NodeKind::Test: {
      const Value V = evaluate(*N.Kids[0]);
      Arguments A = arguments(N);
      Meter::spend(size(V));
      const bool Holds = N.TheTest->Holds(V, A);
      A.done(N.Text);
      return Value::boolean(Holds);
    }
    case NodeKind::Not:
      return Value::boolean(!evaluate(*N.Kids[0]).truth());
    case NodeKind::Negative:
      return negative(evaluate(*N.Kids[0]));
    case NodeKind::Positive: {
      const Value V = evaluate(*N.Kids[0]);
      if (!V.isNumber())
        failType("+", V);
      return V.is(Kind::Bool) ? Value::integer(V.whole()) : V;
    }
    case NodeKind::Binary: {
      const Value A = evaluate(*N.Kids[0]), B = evaluate(*N.Kids[1]);
      return binary(R, N.Text, A, B);
    }
    case NodeKind::Compare: {
      Value Left = evaluate(*N.Kids[0]);
      for (size_t I = 0; I < N.Operators.size(); ++I) {
        Value Right = evaluate(*N.Kids[I + 1]);
        if (!compare(N.Operators[I], Left, Right))
          return Value::boolean(false);
        Left = std::move(Right);
      }
      return Value::boolean(true);
    }
    case NodeKind::And: {
      Value V = evaluate(*N.Kids[0]);
      return V.truth() ? evaluate(*N.Kids[1]) : V;
    }
    case NodeKind::Or: {
      Value V = evaluate(*N.Kids[0]);
      return V.truth() ? V : evaluate(*N.Kids[1]);
    }
    case NodeKind::Conditional:
      if (evaluate(*N.Kids[0]).truth())
        return evaluate(*N.Kids[1]);
      return N.Kids[2] ? evaluate(*N.Kids[2])
                       : Value::undefined("the inline if without else");
    default:
      fail("not an expression");
    }
  }

  Value name(const std::string &Name) {
    if (const Value *V = find(Name))
      return *V;
    if (!isFunction(Name))
      return Value::undefined(tokenizer::quote(Name));
    auto *F = H.make<MethodObject>();
    F->Name = Name;
    return Value::object(Kind::Function, F);
  }

  Arguments arguments(const Node &N) {
    Arguments A;
    for (size_t I = 1; I < N.Kids.size(); ++I)
      A.Positional.push_back(evaluate(*N.Kids[I]));
    for (const auto &[Name, Kid] : N.Named)
      A.Named.emplace_back(Name, evaluate(*Kid));
    return A;
  }

  Value call(const Node &N, Value Caller) {
    const Value Callee = evaluate(*N.Kids[0]);
    Arguments A = arguments(N);
    if (Callee.is(Kind::Macro))
      return callMacro(static_cast<MacroObject &>(*Callee.object()), A,
                       std::move(Caller));
    if (!Caller.is(Kind::Undefined))
      fail("only a macro can be called with a body");
    if (Callee.is(Kind::Undefined))
      fail(Callee.what() + " is undefined");
    if (!Callee.is(Kind::Method) && !Callee.is(Kind::Function))
      fail(std::string("a ") + Callee.typeName() + " cannot be called");
    const auto &M = static_cast<MethodObject &>(*Callee.object());
    if (Callee.is(Kind::Function))
      return callFunction(R, M.Name, A);
    if (!M.Self.is(Kind::Loop))
      return callMethod(R, M.Self, M.Name, A);
    return callLoop(R, M.Self, M.Name, A);
  }

  Value callMacro(MacroObject &M, Arguments &A, Value Caller) {
    const Node &D = *M.Definition;
    if (!M.Live || M.Frame >= Frames.size())
      fail(D.Text + "() is called where it is not defined any more");
    if (!Caller.is(Kind::Undefined) && !D.TakesCaller)
      fail("the macro " + D.Text + " does not use caller()");
    const Scope Inside(*this, M.Frame);
    for (size_t I = 0; I < D.Parameters.size(); ++I) {
      const auto &[Name, Default] = D.Parameters[I];
      if (const Value *V = A.get(I, Name))
        setName(Name, *V);
      else
        setName(Name, Default ? evaluate(*Default)
                              : Value::undefined("parameter " +
                                                 tokenizer::quote(Name)));
    }
    A.done(D.Text);
    if (!Caller.is(Kind::Undefined))
      setName("caller", std::move(Caller));
    const Capture Text(*this);
    execute(*D.Kids[0]);
    return Value::string(Text.Text);
  }

  Runtime R;
  std::vector<Frame> Frames;
  size_t Current = 0;
  std::string *Out = nullptr;
  Value Hole;
  int Depth = 0;
  uint64_t Steps = 0;
};

} // namespace

std::string Template::render(const std::function<Variables(Heap &)> &Fill,
                             int64_t Now) const {
  Evaluator E(Now);
  return E.run(*Root, Fill(E.H));
}
