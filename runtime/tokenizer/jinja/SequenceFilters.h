//===- SequenceFilters.h - filters over lists and the like ------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_SEQUENCEFILTERS_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_SEQUENCEFILTERS_H

#include "Library.h"

namespace sinter::jinja::filters {

using Filter = Value(Runtime &R, const Value &V, Arguments &A);

Filter length, join, first, last, list, items, select, reject, selectattr,
    rejectattr, map, sort, dictsort, unique, reverse, min, max, sum;

} // namespace sinter::jinja::filters

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_SEQUENCEFILTERS_H
