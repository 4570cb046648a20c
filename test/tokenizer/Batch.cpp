//===- Batch.cpp - many texts or ids through the tokenizer ----------------===//
//
// tokenizer-batch encode|encode-plain|decode|decode-skip|stream TOKENIZER.json
// tokenizer-batch render   items in pairs: a chat template, its variables
// Items on stdin and answers on stdout: a 32-bit size and that many bytes; ids
// are 64-bit. An item that is refused answers with size 2^32 - 1 and then the
// message as an item; of a template "parse STATUS: " or "render STATUS: " goes
// before it. A test's way round a process for each item.
//
//===----------------------------------------------------------------------===//
#include "sinter/tokenizer.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

static std::string contents(const char *Path) {
  std::ifstream File(Path, std::ios::binary);
  return {std::istreambuf_iterator<char>(File), {}};
}

static bool readItem(std::string &Out) {
  uint32_t Size;
  if (std::fread(&Size, 4, 1, stdin) != 1)
    return false;
  Out.resize(Size);
  return std::fread(Out.data(), 1, Size, stdin) == Size;
}

static void writeItem(const void *Data, size_t Size) {
  const auto Size32 = static_cast<uint32_t>(Size);
  std::fwrite(&Size32, 4, 1, stdout);
  std::fwrite(Data, 1, Size, stdout);
}

static void writeRefusal(const sinter_error &Error) {
  const uint32_t Mark = UINT32_MAX;
  std::fwrite(&Mark, 4, 1, stdout);
  writeItem(Error.message, std::strlen(Error.message));
}

static void writeRefusal(const char *Step, const sinter_error &Error) {
  const uint32_t Mark = UINT32_MAX;
  std::fwrite(&Mark, 4, 1, stdout);
  const std::string Text = std::string(Step) + " " +
                           std::to_string(Error.status) + ": " + Error.message;
  writeItem(Text.data(), Text.size());
}

static int render() {
  for (std::string Source, Variables;
       readItem(Source) && readItem(Variables);) {
    sinter_error Error;
    sinter_chat_template *Chat;
    if (sinter_chat_template_parse(Source.data(), Source.size(), &Chat,
                                   &Error)) {
      writeRefusal("parse", Error);
      continue;
    }
    sinter_chat_options Options = {};
    Options.size = sizeof(Options);
    Options.variables_json = Variables.data();
    Options.variables_json_bytes = Variables.size();
    Options.now = 1753700000;
    char *Text;
    uint64_t Bytes;
    if (sinter_chat_template_render(Chat, nullptr, 0, &Options, &Text, &Bytes,
                                    &Error))
      writeRefusal("render", Error);
    else
      writeItem(Text, Bytes);
    sinter_text_free(Text);
    sinter_chat_template_close(Chat);
  }
  return 0;
}

static std::string streamed(const sinter_tokenizer *T, const int64_t *Ids,
                            size_t Count, sinter_error &Error) {
  sinter_decoder *D;
  std::string Out;
  const char *Part;
  uint64_t Bytes;
  if (sinter_decoder_create(T, 1, &D, &Error))
    return Out;
  for (size_t I = 0; I < Count; ++I)
    if (!sinter_decoder_push(D, Ids[I], &Part, &Bytes, &Error))
      Out.append(Part, Bytes);
  if (!sinter_decoder_flush(D, &Part, &Bytes, &Error))
    Out.append(Part, Bytes);
  sinter_decoder_close(D);
  return Out;
}

int main(int Argc, char **Argv) {
  if (Argc == 2 && std::string(Argv[1]) == "render")
    return render();
  if (Argc != 3)
    return 2;
  const std::string Command = Argv[1];
  const auto Clock = [] {
    return std::chrono::duration<double, std::milli>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  sinter_error Error;
  sinter_tokenizer *T;
  const std::string Json = contents(Argv[2]);
  const double Start = Clock();
  if (sinter_tokenizer_open(Json.data(), Json.size(), nullptr, &T, &Error)) {
    std::fprintf(stderr, "%s\n", Error.message);
    return 1;
  }
  const double Opened = Clock();
  double Work = 0;
  for (std::string Item; readItem(Item);) {
    const auto *Given = reinterpret_cast<const int64_t *>(Item.data());
    const auto Count = static_cast<int64_t>(Item.size() / 8);
    const double Before = Clock();
    sinter_status Status;
    if (Command.starts_with("encode")) {
      int64_t *Ids, Found;
      Status =
          sinter_tokenizer_encode(T, Item.data(), Item.size(),
                                  Command == "encode", &Ids, &Found, &Error);
      Work += Clock() - Before;
      if (!Status)
        writeItem(Ids, static_cast<size_t>(Found) * 8);
      sinter_ids_free(Ids);
    } else if (Command == "stream") {
      const std::string Text =
          streamed(T, Given, static_cast<size_t>(Count), Error);
      Status = Error.status;
      if (!Status)
        writeItem(Text.data(), Text.size());
    } else {
      char *Text;
      uint64_t Bytes;
      Status = sinter_tokenizer_decode(T, Given, Count, Command == "decode",
                                       &Text, &Bytes, &Error);
      if (!Status)
        writeItem(Text, Bytes);
      sinter_text_free(Text);
    }
    if (Status)
      writeRefusal(Error);
  }
  sinter_tokenizer_close(T);
  std::fprintf(stderr, "{\"open_ms\": %.3f, \"work_ms\": %.3f}\n",
               Opened - Start, Work);
  return 0;
}
