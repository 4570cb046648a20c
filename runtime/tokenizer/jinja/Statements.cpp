//===- Statements.cpp - parsing of blocks ---------------------------------===//
#include "Library.h"
#include "Parser.h"
#include "Scopes.h"

#include "../Error.h"

using namespace sinter;
using namespace sinter::jinja;

namespace {

class StatementParser : ExpressionParser {
public:
  using ExpressionParser::ExpressionParser;
  explicit StatementParser(std::vector<Token> Tokens)
      : ExpressionParser(std::move(Tokens)) {}

  NodePtr run() {
    std::string Ended;
    NodePtr Root = body({}, Ended);
    markHidden(*Root);
    return Root;
  }

private:
  using Ends = std::initializer_list<const char *>;

  /// Up to a block that begins with one of `End`, whose name is taken and put
  /// in `Ended`; without ends, up to the template's end.
  NodePtr body(Ends End, std::string &Ended) {
    const Deeper Guard(*this);
    NodePtr N = make(NodeKind::Body, current().At);
    for (;;) {
      const Token T = take();
      switch (T.Kind) {
      case TokenKind::End:
        if (End.size())
          refuse(T.At, std::string("want {% ") + *(End.end() - 1) +
                           " %}, found the template's end");
        return N;
      case TokenKind::Data: {
        NodePtr Data = make(NodeKind::Data, T.At);
        Data->Constant = Value::string(T.Text);
        adopt(*N, std::move(Data));
        break;
      }
      case TokenKind::VariableBegin: {
        adopt(*N, make(NodeKind::Output, T.At, tuple(true, false)));
        if (current().Kind != TokenKind::VariableEnd)
          unexpected("}}");
        take();
        break;
      }
      default: // BlockBegin
        if (current().Kind == TokenKind::Name)
          for (const char *Word : End)
            if (current().Text == Word) {
              Ended = take().Text;
              return N;
            }
        adopt(*N, statement());
      }
    }
  }

  /// A body whose text is caught: break cannot leave it.
  NodePtr captured(const char *End) {
    const int Outer = Breakable;
    Breakable = 0;
    std::string Ended;
    NodePtr N = body({End}, Ended);
    Breakable = Outer;
    return N;
  }

  void wantEnd() {
    if (current().Kind != TokenKind::BlockEnd)
      unexpected("%}");
    take();
  }

  NodePtr statement() {
    const Token T = current();
    wantName("a statement's name");
    const std::string &Word = T.Text;
    if (Word == "if")
      return ifStatement(T.At);
    if (Word == "for")
      return forStatement(T.At);
    if (Word == "set")
      return setStatement(T.At);
    if (Word == "macro")
      return macro(T.At);
    if (Word == "call")
      return callBlock(T.At);
    if (Word == "filter")
      return filterBlock(T.At);
    if (Word == "with")
      return withBlock(T.At);
    if (Word == "generation") { // marks the assistant's words for training
      wantEnd();
      NodePtr N = make(NodeKind::FilterPart, T.At, make(NodeKind::Hole, T.At),
                       captured("endgeneration"));
      wantEnd();
      return N;
    }
    if (Word == "break" || Word == "continue") {
      if (!Breakable)
        refuse(T.At, Word + " outside of a loop");
      wantEnd();
      return make(Word == "break" ? NodeKind::Break : NodeKind::Continue, T.At);
    }
    if (Word.starts_with("end") || Word == "else" || Word == "elif")
      refuse(T.At, "unexpected " + tokenizer::quote(Word));
    refuseUnsupported(T.At,
                      "the statement " + tokenizer::quote(Word) +
                          " is not supported; supported: break, call, "
                          "continue, filter, for, generation, if, macro, raw, "
                          "set, with");
  }

  NodePtr ifStatement(Place Here) {
    NodePtr N = make(NodeKind::If, Here);
    for (;;) {
      adopt(*N, tuple(false, false));
      wantEnd();
      std::string Ended;
      adopt(*N, body({"elif", "else", "endif"}, Ended));
      if (Ended == "elif")
        continue;
      wantEnd();
      if (Ended == "else") {
        adopt(*N, body({"endif"}, Ended));
        wantEnd();
      }
      return N;
    }
  }

  NodePtr forStatement(Place Here) {
    NodePtr N = make(NodeKind::For, Here, tuple(false, true));
    checkNames(*N->Kids[0]);
    if (!takeName("in"))
      unexpected("in");
    adopt(*N, tuple(false, false));
    adopt(*N, takeName("if") ? expression() : nullptr);
    if (isName("recursive"))
      refuseUnsupported(current().At, "a recursive loop");
    wantEnd();
    std::string Ended;
    ++Loops;
    ++Breakable;
    adopt(*N, body({"else", "endfor"}, Ended));
    --Breakable;
    --Loops;
    wantEnd();
    if (Ended == "else") {
      adopt(*N, body({"endfor"}, Ended));
      wantEnd();
    } else {
      adopt(*N, nullptr);
    }
    return N;
  }

  /// Attributes can be set, but a loop wants plain names.
  void checkNames(const Node &Target) {
    if (Target.Kind == NodeKind::Attribute)
      refuse(Target.At, "a loop's variable is a name");
    for (const NodePtr &Kid : Target.Kids)
      checkNames(*Kid);
  }

  NodePtr setStatement(Place Here) {
    NodePtr Target = tuple(false, true);
    if (takeOperator("=")) {
      NodePtr N =
          make(NodeKind::Set, Here, std::move(Target), tuple(true, false));
      wantEnd();
      return N;
    }
    if (Target->Kind == NodeKind::Tuple)
      unexpected("=");
    NodePtr Filters;
    if (isOperator("|"))
      Filters = filters(make(NodeKind::Hole, Here), false);
    wantEnd();
    NodePtr N =
        make(NodeKind::SetBlock, Here, std::move(Target), captured("endset"));
    adopt(*N, std::move(Filters));
    wantEnd();
    return N;
  }

  /// After the (: names with defaults.
  void parameters(Node &Macro) {
    while (!isOperator(")")) {
      const Place Here = current().At;
      std::string Name = wantName("a parameter's name");
      for (const auto &Other : Macro.Parameters)
        if (Other.first == Name)
          refuse(Here, "two parameters called " + Name);
      NodePtr Default;
      if (takeOperator("="))
        Default = expression();
      else if (!Macro.Parameters.empty() && Macro.Parameters.back().second)
        refuse(Here, "a parameter without a default behind one with");
      measure(Macro, Default);
      if (Macro.Parameters.size() >= 255)
        refuse(Here, "a macro with more than 255 parameters");
      Macro.Parameters.emplace_back(std::move(Name), std::move(Default));
      if (!isOperator(")"))
        wantOperator(",");
    }
    take();
  }

  NodePtr macro(Place Here) {
    if (Loops || Macros)
      refuseUnsupported(Here, "a macro inside of a loop or macro");
    NodePtr N = make(NodeKind::Macro, Here);
    N->Text = wantName("the macro's name");
    wantOperator("(");
    std::string Ended;
    ++Macros;
    const bool Outer = std::exchange(UsesCaller, false);
    parameters(*N);
    wantEnd();
    adopt(*N, body({"endmacro"}, Ended));
    N->TakesCaller = UsesCaller;
    UsesCaller = Outer;
    --Macros;
    wantEnd();
    return N;
  }

  NodePtr callBlock(Place Here) {
    NodePtr Caller = make(NodeKind::Macro, Here);
    Caller->Text = "caller";
    if (takeOperator("("))
      parameters(*Caller);
    const Place CallAt = current().At;
    NodePtr Call = expression();
    if (Call->Kind != NodeKind::Call)
      refuse(CallAt, "want the call of a macro");
    wantEnd();
    ++Macros;
    adopt(*Caller, captured("endcall"));
    --Macros;
    wantEnd();
    return make(NodeKind::CallPart, Here, std::move(Call), std::move(Caller));
  }

  /// {% with a = 1, b = 2 %}
  NodePtr withBlock(Place Here) {
    NodePtr N = make(NodeKind::With, Here);
    while (current().Kind != TokenKind::BlockEnd) {
      NodePtr Name = target();
      checkNames(*Name);
      adopt(*N, std::move(Name));
      wantOperator("=");
      adopt(*N, expression());
      if (current().Kind != TokenKind::BlockEnd)
        wantOperator(",");
    }
    wantEnd();
    std::string Ended;
    adopt(*N, body({"endwith"}, Ended));
    wantEnd();
    return N;
  }

  NodePtr filterBlock(Place Here) {
    NodePtr Filters = filters(make(NodeKind::Hole, Here), true);
    wantEnd();
    NodePtr N = make(NodeKind::FilterPart, Here, std::move(Filters),
                     captured("endfilter"));
    wantEnd();
    return N;
  }

  int Loops = 0, Breakable = 0;
};

} // namespace

NodePtr sinter::jinja::parse(std::string_view Source) {
  return StatementParser(tokenize(Source)).run();
}
