//===- main.cpp - the program that sinterc links around a model -----------===//
//
// What `sinterc model.onnx -o model` makes is this main, the runtime core and
// the model's object: ids in, ids out, libc alone. Text needs the tokenizer
// library: link the model into a program of your own, or use sinter-run.
// The linker binds sinter_program_query to the model's NAME_sinter_query.
//
//===----------------------------------------------------------------------===//
#include "sinter/runtime.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern "C" const sinter_artifact *sinter_program_query(void);

static const char Usage[] =
    "usage: %s --prompt-ids 1,2,3 [--max-new-tokens N] [--temperature T]\n"
    "          [--top-k K] [--top-p P] [--min-p P] [--repeat-penalty R]\n"
    "          [--seed N] [--ignore-eos] [--threads N] [--weights FILE] "
    "[--json]\n"
    "       %s --info [--verify] [--weights FILE]\n"
    "Prints the ids that follow. Exit status: 0 done, 1 refused or failed,\n"
    "2 wrong command line, 130 after Ctrl-C.\n";

namespace {
struct Arguments {
  int64_t *Ids = nullptr;
  int64_t Count = 0;
  const char *Weights = nullptr;
  int32_t Threads = 0;
  bool Info = false, Verify = false, Json = false;
  sinter_generate_options Options = {};
};

/// Prints ids as they come, or keeps them for --json.
struct Receiver {
  int64_t *Kept; ///< null: print
  int64_t Count;
};
} // namespace

static volatile int Interrupted = 0;
static void onInterrupt(int) { Interrupted = 1; }

static int wrong(const char *Flag, const char *What) {
  fprintf(stderr, "error: %s: %s\n", Flag, What);
  return 2;
}

/// A whole number of `Least` to `Most`.
static bool readNumber(const char *Text, long long Least, long long Most,
                       long long &Out) {
  char *End;
  errno = 0;
  Out = strtoll(Text, &End, 10);
  return End != Text && !*End && !errno && Out >= Least && Out <= Most;
}

static bool readFloat(const char *Text, float &Out) {
  char *End;
  Out = strtof(Text, &End);
  return End != Text && !*End;
}

static bool readIds(const char *Text, Arguments &A) {
  free(A.Ids);
  A.Count = 0;
  A.Ids = static_cast<int64_t *>(malloc((strlen(Text) + 1) * sizeof(int64_t)));
  for (const char *P = Text; A.Ids;) {
    char *End;
    errno = 0;
    const long long Id = strtoll(P, &End, 10);
    if (End == P || errno || (*End && *End != ','))
      return false;
    A.Ids[A.Count++] = Id;
    if (!*End)
      return true;
    P = End + 1;
  }
  return false;
}

/// 0, or the exit status of a wrong command line.
static int parse(int Argc, char **Argv, Arguments &A) {
  sinter_generate_options &O = A.Options;
  O.size = sizeof(O);
  O.max_new_tokens = 256;
  bool Sampled = false, Temperature = false;
  for (int I = 1; I < Argc; ++I) {
    const char *Flag = Argv[I];
    auto Is = [&](const char *Name) { return !strcmp(Flag, Name); };
    if (Is("--info")) {
      A.Info = true;
    } else if (Is("--verify")) {
      A.Verify = true;
    } else if (Is("--json")) {
      A.Json = true;
    } else if (Is("--ignore-eos")) {
      O.ignore_eos = 1;
    } else {
      static const char *const Known[] = {"--prompt-ids",  "--max-new-tokens",
                                          "--temperature", "--top-k",
                                          "--top-p",       "--min-p",
                                          "--seed",        "--repeat-penalty",
                                          "--threads",     "--weights"};
      bool Here = false;
      for (const char *Name : Known)
        Here |= Is(Name);
      if (!Here)
        return wrong(Flag, "no such flag, see --help");
      if (++I == Argc)
        return wrong(Flag, "its value is missing");
      const char *Value = Argv[I];
      long long Number = 0;
      bool Good = true;
      if (Is("--prompt-ids")) {
        Good = readIds(Value, A);
      } else if (Is("--weights")) {
        A.Weights = Value;
      } else if (Is("--max-new-tokens")) {
        Good = readNumber(Value, 1, INT_MAX, Number);
        O.max_new_tokens = Number;
      } else if (Is("--threads")) {
        Good = readNumber(Value, 1, 1024, Number);
        A.Threads = int32_t(Number);
      } else if (Is("--seed")) {
        Good = readNumber(Value, 0, LLONG_MAX, Number);
        O.seed = uint64_t(Number);
      } else if (Is("--top-k")) {
        Good = Sampled = readNumber(Value, 0, INT_MAX, Number);
        O.top_k = int32_t(Number);
      } else if (Is("--temperature")) {
        Good = Temperature = readFloat(Value, O.temperature);
      } else if (Is("--top-p")) {
        Good = Sampled = readFloat(Value, O.top_p);
      } else if (Is("--min-p")) {
        Good = Sampled = readFloat(Value, O.min_p);
      } else {
        Good = readFloat(Value, O.repetition_penalty);
      }
      if (!Good)
        return wrong(Flag, "its value is not a number that fits");
    }
  }
  if (Sampled && !Temperature)
    O.temperature = 1;
  if (A.Info != !A.Count)
    return wrong("--prompt-ids or --info", "exactly one is required");
  return 0;
}

static int failed(const sinter_error &Error) {
  fprintf(stderr, "error: %s\n", Error.message);
  return 1;
}

/// Standard output may be a full disk.
static int finish(int Status) {
  if (!fflush(stdout) && !ferror(stdout))
    return Status;
  fprintf(stderr, "error: cannot write to standard output: %s\n",
          strerror(errno));
  return 1;
}

static int32_t onToken(void *User, int64_t Id) {
  auto &R = *static_cast<Receiver *>(User);
  if (R.Kept) {
    R.Kept[R.Count++] = Id;
    return 0;
  }
  printf("%s%lld", R.Count++ ? "," : "", static_cast<long long>(Id));
  fflush(stdout);
  return 0;
}

static void printIds(const char *Key, const int64_t *Ids, int64_t Count) {
  printf("\"%s\":[", Key);
  for (int64_t I = 0; I < Count; ++I)
    printf("%s%lld", I ? "," : "", static_cast<long long>(Ids[I]));
  printf("],");
}

static int printInfo(const sinter_model *Model, bool Verify) {
  const sinter_artifact &A = *sinter_model_artifact(Model);
  sinter_error Error;
  if (Verify && sinter_model_verify(Model, &Error))
    return failed(Error);
  printf("name %s\ncompiler %s\nabi %u.%u\ntarget %s\n", A.name, A.compiler,
         A.abi_major, A.abi_minor, A.target);
  printf("vocab %lld\nmax_length %lld\nweights_bytes %llu\ncache_bytes %llu\n",
         static_cast<long long>(A.vocab_size),
         static_cast<long long>(A.max_length),
         static_cast<unsigned long long>(A.weights_bytes),
         static_cast<unsigned long long>(A.cache_bytes));
  return finish(0);
}

static int generate(sinter_session *Session, int64_t MaxLength, Arguments &A) {
  struct sigaction Action = {};
  Action.sa_handler = onInterrupt;
  Action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &Action, nullptr);
  A.Options.cancel = &Interrupted;
  Receiver R = {nullptr, 0};
  if (A.Json) // no more than the cache holds, and the id after it
    R.Kept = static_cast<int64_t *>(
        malloc((size_t(MaxLength) + 1) * sizeof(int64_t)));
  if (A.Json && !R.Kept)
    return wrong("--json", "out of memory") - 1;
  sinter_generate_result Result;
  sinter_error Error;
  if (sinter_generate(Session, A.Ids, A.Count, &A.Options, onToken, &R, &Result,
                      &Error)) {
    if (!A.Json && R.Count)
      printf("\n"); // what there is, then the error
    free(R.Kept);
    fflush(stdout);
    return failed(Error);
  }
  static const char *const Reasons[] = {"length", "eos", "stop", "cancel"};
  if (A.Json) {
    printf("{");
    printIds("prompt_ids", A.Ids, A.Count);
    printIds("ids", R.Kept, R.Count);
    printf("\"text\":null,\"stop_reason\":\"%s\",\"prefill_s\":%.6f,"
           "\"decode_s\":%.6f}",
           Reasons[Result.stop_reason], Result.prefill_s, Result.decode_s);
  }
  printf("\n");
  free(R.Kept);
  return finish(Result.stop_reason == SINTER_STOP_CANCEL ? 130 : 0);
}

/// The weights lie beside this program, under its name. Null in `Out` when
/// the system does not tell it.
static const char *besideProgram(char (&Out)[PATH_MAX + 16]) {
  const ssize_t Length = readlink("/proc/self/exe", Out, PATH_MAX);
  if (Length <= 0)
    return nullptr;
  strcpy(Out + Length, ".weights");
  return Out;
}

int main(int Argc, char **Argv) {
  if (Argc == 2 && (!strcmp(Argv[1], "--help") || !strcmp(Argv[1], "-h"))) {
    printf(Usage, Argv[0], Argv[0]);
    return finish(0);
  }
  Arguments A;
  if (int Status = parse(Argc, Argv, A))
    return Status;
  char Beside[PATH_MAX + 16];
  const sinter_artifact *Artifact = sinter_program_query();
  sinter_open_options Open = {};
  Open.size = sizeof(Open);
  Open.weights = A.Weights;
  if (!A.Weights && !Artifact->embedded_weights)
    Open.weights = besideProgram(Beside);
  sinter_error Error;
  sinter_model *Model = nullptr;
  if (sinter_model_open_artifact(Artifact, &Open, &Model, &Error))
    return failed(Error);
  sinter_session_options Options = {};
  Options.size = sizeof(Options);
  Options.threads = A.Threads;
  sinter_session *Session = nullptr;
  int Status;
  if (A.Info)
    Status = printInfo(Model, A.Verify);
  else if (sinter_session_create(Model, &Options, &Session, &Error))
    Status = failed(Error);
  else
    Status = generate(Session, Artifact->max_length, A);
  sinter_session_close(Session);
  sinter_model_close(Model);
  free(A.Ids);
  return Status;
}
