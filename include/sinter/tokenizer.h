/*===- sinter/tokenizer.h - text to ids and back ----------------*- C -*-===//
 *
 * Reads a Hugging Face tokenizer.json and gives the ids and the text that the
 * `tokenizers` library gives; renders chat templates. C99 and C++17. The
 * library behind it (sinter_tokenizer) uses libstdc++, PCRE2 and utf8proc; it
 * does not need the runtime core.
 *
 *   sinter_tokenizer *tok;
 *   if (sinter_tokenizer_open(json, json_bytes, NULL, &tok, &error) ||
 *       sinter_tokenizer_encode(tok, text, bytes, 1, &ids, &count, &error))
 *     fprintf(stderr, "%s\n", error.message);
 *
 * Ownership: what a function hands out through `out` is closed by its _close
 * function; ids and texts are released by sinter_ids_free and
 * sinter_text_free. All of these take null. Arguments are only read during the
 * call; the files' bytes need not stay.
 * Threads: a tokenizer and a chat template are constant after open and may be
 * used by any number of threads at once. A decoder is used by one at a time.
 * Errors: as in runtime.h. SINTER_INVALID_ARGUMENT: the file, the template or
 * the text is wrong; SINTER_UNSUPPORTED: it is right but asks for something
 * that this version does not have, named in the message with what there is;
 * SINTER_OUT_OF_RANGE: an id; SINTER_OUT_OF_MEMORY. After a failure `*out` is
 * null and counts are 0. No exception leaves these functions.
 * Texts are UTF-8 with a length; a NUL follows each text that is handed out.
 *
 *===--------------------------------------------------------------------===*/
#ifndef SINTER_TOKENIZER_H
#define SINTER_TOKENIZER_H

#include "sinter/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Releases ids or a text that a function below handed out. */
SINTER_API void sinter_ids_free(int64_t *ids);
SINTER_API void sinter_text_free(char *text);

/*===--- Tokenizers
 * --------------------------------------------------------===*/

typedef struct sinter_tokenizer sinter_tokenizer;

/* The files that may lie beside tokenizer.json, as bytes; null: not there. */
typedef struct sinter_tokenizer_files {
  uint32_t size; /* of this struct */
  uint32_t reserved;
  const char *tokenizer_config; /* tokenizer_config.json: special tokens, chat
                                   template */
  uint64_t tokenizer_config_bytes;
  const char *generation_config; /* generation_config.json: end ids */
  uint64_t generation_config_bytes;
  const char *chat_template; /* chat_template.jinja, before the config's */
  uint64_t chat_template_bytes;
} sinter_tokenizer_files;

/* Reads a tokenizer.json. `files` may be null. */
SINTER_API sinter_status sinter_tokenizer_open(
    const char *json, uint64_t json_bytes, const sinter_tokenizer_files *files,
    sinter_tokenizer **out, sinter_error *error);
SINTER_API void sinter_tokenizer_close(sinter_tokenizer *tokenizer);

/* The model's type ("BPE", "Unigram" ...) named by a tokenizer.json, also when
 * it is not supported: written with its NUL to `kind`, cut to `kind_bytes`. */
SINTER_API sinter_status sinter_tokenizer_kind(const char *json,
                                               uint64_t json_bytes, char *kind,
                                               uint64_t kind_bytes,
                                               sinter_error *error);

/* The largest id + 1, added tokens included. Ids between may be unused. */
SINTER_API int64_t sinter_tokenizer_vocab_size(const sinter_tokenizer *t);

/* The id of the token with exactly this content as the file writes it (byte
 * level tokens in their printable form); -1 when there is none. */
SINTER_API int64_t sinter_tokenizer_id(const sinter_tokenizer *t,
                                       const char *content, uint64_t bytes);

/* The content of a token, null when the id has none. Lives as long as the
 * tokenizer. `bytes` may be null. */
SINTER_API const char *sinter_tokenizer_token(const sinter_tokenizer *t,
                                              int64_t id, uint64_t *bytes);

/* 1: the id is a special token (left out of texts unless asked for). */
SINTER_API int32_t sinter_tokenizer_is_special(const sinter_tokenizer *t,
                                               int64_t id);

/* The special token of a role, "bos_token", "eos_token", "unk_token",
 * "pad_token" ..., as the side files name it; null when they do not. */
SINTER_API const char *sinter_tokenizer_special(const sinter_tokenizer *t,
                                                const char *role,
                                                uint64_t *bytes);

/* The text of the chat template (its file, else the config's "default" one);
 * null when there is none. */
SINTER_API const char *sinter_tokenizer_chat_template(const sinter_tokenizer *t,
                                                      uint64_t *bytes);

/* Text to ids. `add_special`: 1 adds what the post-processor adds (a first
 * token, say); special tokens written in the text are found either way. The
 * text should be UTF-8. A byte that is not part of valid UTF-8 is a word of
 * its own in a byte-level tokenizer, so that nothing is lost; other tokenizers
 * see U+FFFD in its place. */
SINTER_API sinter_status sinter_tokenizer_encode(
    const sinter_tokenizer *t, const char *text, uint64_t bytes,
    int32_t add_special, int64_t **ids, int64_t *count, sinter_error *error);

/* Ids to text; `keep_special`: 1 writes special tokens too. Always valid
 * UTF-8: what is not becomes U+FFFD. Ids without a token (a model may have
 * more rows than its tokenizer) give nothing; a negative id is an error. */
SINTER_API sinter_status sinter_tokenizer_decode(
    const sinter_tokenizer *t, const int64_t *ids, int64_t count,
    int32_t keep_special, char **text, uint64_t *bytes, sinter_error *error);

/*===--- Ids that come one by one ------------------------------------------===
 * The texts of the pushes and of the flush, one after another, are what
 * sinter_tokenizer_decode gives for all the ids. */

typedef struct sinter_decoder sinter_decoder;

/* The tokenizer must outlive the decoder. */
SINTER_API sinter_status sinter_decoder_create(const sinter_tokenizer *t,
                                               int32_t keep_special,
                                               sinter_decoder **out,
                                               sinter_error *error);
SINTER_API void sinter_decoder_close(sinter_decoder *decoder);

/* Takes one id; `*text` is what is now certain and whole characters only, often
 * nothing. It is valid until the next call on the decoder. Allocates only
 * when a token is longer than every one before and than 64 KiB. */
SINTER_API sinter_status sinter_decoder_push(sinter_decoder *decoder,
                                             int64_t id, const char **text,
                                             uint64_t *bytes,
                                             sinter_error *error);

/* The rest of the text; the decoder then begins anew. */
SINTER_API sinter_status sinter_decoder_flush(sinter_decoder *decoder,
                                              const char **text,
                                              uint64_t *bytes,
                                              sinter_error *error);

/*===--- Chat templates ----------------------------------------------------===
 * A strict subset of Jinja, whitespace and filters as transformers sets them
 * (trim_blocks, lstrip_blocks, tojson, raise_exception, strftime_now). What is
 * not in the subset is refused when the template is parsed, with its line and
 * column. Rendering has limits on depth, loops and size. */

typedef struct sinter_chat_template sinter_chat_template;

/* The text of the chat template that the files hold, as
 * sinter_tokenizer_chat_template gives it, without opening a tokenizer: it may
 * be of a kind that is not supported. Null when there is none. */
SINTER_API sinter_status
sinter_chat_template_find(const sinter_tokenizer_files *files, char **text,
                          uint64_t *bytes, sinter_error *error);

SINTER_API sinter_status sinter_chat_template_parse(const char *text,
                                                    uint64_t bytes,
                                                    sinter_chat_template **out,
                                                    sinter_error *error);
SINTER_API void sinter_chat_template_close(sinter_chat_template *chat);

/* NUL-terminated both. */
typedef struct sinter_chat_message {
  const char *role;
  const char *content;
} sinter_chat_message;

typedef struct sinter_chat_options {
  uint32_t size;                     /* of this struct */
  int32_t add_generation_prompt;     /* 1: end where the assistant begins */
  const sinter_tokenizer *tokenizer; /* gives bos_token, eos_token ...; may be
                                        null: they are then undefined */
  const char *variables_json;        /* an object of more variables, say
                                        {"enable_thinking": false}; they go before
                                        all others, "messages" too. May be null */
  uint64_t variables_json_bytes;
  int64_t now; /* what strftime_now formats: seconds since 1970 in UTC */
} sinter_chat_options;

/* The conversation as the text to encode (with add_special 0: the template
 * writes special tokens itself). */
SINTER_API sinter_status sinter_chat_template_render(
    const sinter_chat_template *chat, const sinter_chat_message *messages,
    int64_t count, const sinter_chat_options *options, char **text,
    uint64_t *bytes, sinter_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_TOKENIZER_H */
