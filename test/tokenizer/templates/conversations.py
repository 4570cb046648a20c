"""The conversations that every template renders, each a dictionary of the
template's variables."""
import itertools

WEATHER = {"type": "function", "function": {
    "name": "get_weather",
    "description": "The weather of a place, now. ",
    "parameters": {
        "type": "object",
        "properties": {
            "place": {"type": "string", "description": "City & country <name>"},
            "unit": {"type": "string", "enum": ["°C", "°F"], "default": "°C",
                     "description": "Unit of the \"temperature\""},
            "days": {"type": "integer", "minimum": 1, "default": 3},
            "hours": {"type": "array", "items": {"type": "number"}}},
        "required": ["place"]}}}
SEARCH = {"type": "function", "function": {
    "name": "search",
    "description": "Finds texts.\nSecond line: 'quoted', \\ and 東京.",
    "parameters": {
        "type": "object",
        "properties": {
            "query": {"type": ["string", "null"], "description": "words"},
            "filter": {"type": "object", "properties": {
                "after": {"type": "string", "nullable": True},
                "tags": {"type": "array", "items": {"type": "object"}},
                "score": {"oneOf": [{"type": "number", "default": 0.5},
                                    {"type": "boolean",
                                     "description": "any"}]}},
                "required": ["after"],
                "additionalProperties": {"type": "number"}},
            "weights": {"type": "object",
                        "additionalProperties": {"type": "integer"}}},
        "required": []},
    "return": {"type": "array", "items": {"type": "string"},
               "description": "what was found"}}}
PING = {"type": "function", "function": {
    "name": "ping", "description": "Says whether it is there",
    "parameters": {"type": "object", "properties": {}, "required": []}}}


def message(role, content, **more):
    return {"role": role, "content": content, **more}


def call(name, arguments, id="abcDEF123"):
    return {"type": "function", "id": id,
            "function": {"name": name, "arguments": arguments}}


SYSTEM = message("system", "You are terse. /no_think")
USER = message("user", "Hello")
TURNS = [USER, message("assistant", "Hi! What is it?"),
         message("user", "How are\nyou?"), message("assistant", "Well.\n"),
         message("user", " and now? ")]
ONE_CALL = [
    message("user", "Weather in Zürich?"),
    message("assistant", "", tool_calls=[
        call("get_weather", {"place": "Zürich <CH>", "unit": "°C", "days": 2,
                             "hours": [1.5, 1e20, -0.0, 12]})]),
    message("tool", '{"temperature": 21.5, "sky": "☀️"}', name="get_weather",
            tool_call_id="abcDEF123"),
    message("assistant", "21.5 °C and sun."), message("user", "Thanks")]
TWO_CALLS = [
    message("user", "Compare Rome and Oslo."),
    message("assistant", "I look.", tool_calls=[
        call("get_weather", {"place": "Rome"}, "aaaaaaaa1"),
        call("search", {"query": "Oslo \"now\"", "filter": {"tags": [None, True]},
                        "empty": {}}, "aaaaaaaa2"),
        call("ping", {}, "aaaaaaaa3")]),
    message("tool", "30", tool_call_id="aaaaaaaa1"),
    message("tool", "12", tool_call_id="aaaaaaaa2"),
    message("tool", "", tool_call_id="aaaaaaaa3")]
THINKING = [
    message("user", "17 * 3?"),
    message("assistant", "<think>\n17 * 3 is 51\n</think>\n\n51"),
    message("user", "And + 4?"),
    message("assistant", "55", reasoning_content="\n51 + 4\n", thinking="add"),
    message("user", "<tool_response>x</tool_response>")]
UNICODE = [
    message("user", "Ünïcödé 東京 🎉 \u202eمرحبا\u202c a\u0301 \u00a0\u3000"),
    message("assistant", "\t<b>&amp;</b> \"q\" 'q' \\n {{ x }} {% y %}\u2028"),
    message("user", "ß İ ŉ ΑΣ \x7f \x1f \u0085")]
PARTS = [
    message("system", [{"type": "text", "text": "Be kind."}]),
    message("user", [{"type": "text", "text": " Look: "}, {"type": "image"},
                     {"type": "text", "text": "what is it?"}])]
DOCUMENTS = [{"title": "Alps", "text": "High.\nCold."},
             {"title": "Sea", "text": "Low", "year": 1999, "rate": 0.1}]


def all_conversations():
    """Pairs of a name and variables."""
    plain = {
        "one": [USER],
        "one, system": [SYSTEM, USER],
        "turns": TURNS,
        "turns, system": [SYSTEM, *TURNS],
        "ends with assistant": TURNS[:-1],
        "unicode": UNICODE,
        "unicode, system": [message("system", "🙂\r\n"), *UNICODE],
        "empty texts": [message("system", ""), message("user", ""),
                        message("assistant", "")],
        "long": [*TURNS[:4]] * 20,
        "thinking": THINKING,
        "two systems": [SYSTEM, message("system", "/system_override Also."),
                        *TURNS],
        "override": [message("system", "Only this. /system_override /think"),
                     USER],
        "developer": [message("developer", "Be brief."), USER],
        "list of parts": PARTS,
        "parts of the user": PARTS[1:],
        # Most of these are errors, and then in both.
        "no message": [],
        "assistant first": TURNS[1:],
        "user twice": [USER, USER],
        "assistant twice": [USER, TURNS[1], TURNS[1]],
        "unknown role": [USER, message("critic", "No.")],
        "content is none": [USER, message("assistant", None), USER],
        "no content": [{"role": "user"}],
        "no role": [{"content": "x"}],
        "content is a number": [message("user", 3)],
        "tool first": [message("tool", "12")],
        "short id": [USER, message("assistant", "", tool_calls=[
            call("ping", {}, "x")])],
        "arguments are a string": [USER, message("assistant", None, tool_calls=[
            call("ping", "{\"a\": 1}")])],
        "call without function": [USER, message("assistant", "", tool_calls=[
            {"name": "ping", "arguments": {"a": [1, 2.0]}}])],
        "result is a dictionary": [*ONE_CALL[:2], message(
            "tool", {"content": {"t": 1.0}}, tool_call_id="abcDEF123")],
    }
    with_tools = {
        "tools": [USER], "tools, turns": [SYSTEM, *TURNS],
        "call": ONE_CALL, "call, system": [SYSTEM, *ONE_CALL],
        "calls": TWO_CALLS, "calls and more": [SYSTEM, *TWO_CALLS, *ONE_CALL],
        "call is last": ONE_CALL[:2],
    }
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    for prompt in (False, True):
        common = {**tokens, "add_generation_prompt": prompt}
        suffix = ", prompt" if prompt else ""
        for name, messages in itertools.chain(plain.items(), {
                name + " (no list)": messages for name, messages
                in with_tools.items()}.items()):
            yield name + suffix, {**common, "messages": messages}
        for name, messages in with_tools.items():
            for label, tools in (("", [WEATHER, SEARCH, PING]),
                                 (", one", [PING]), (", no", [])):
                yield name + label + suffix, {**common, "messages": messages,
                                              "tools": tools}
        for name, more in {
                "no thoughts": {"enable_thinking": False},
                "tools in the system": {"tools": [WEATHER],
                                        "tools_in_user_message": False},
                "builtin": {"builtin_tools": ["code_interpreter", "search"],
                            "date_string": "26 Jul 2024"},
                "python tools": {"python_tools": [PING]},
                "documents": {"documents": DOCUMENTS},
                "documents and tools": {"documents": DOCUMENTS,
                                        "tools": [SEARCH]},
                "controls": {"documents": DOCUMENTS,
                             "controls": {"citations": True, "length": "long"}},
                "identity": {"model_identity": "You are X.",
                             "reasoning_effort": "high"}}.items():
            for messages in ([USER], [SYSTEM, *TURNS], ONE_CALL):
                yield (f"{name}, {len(messages)}{suffix}",
                       {**common, "messages": messages, **more})
    yield "no tokens", {"messages": TURNS}
