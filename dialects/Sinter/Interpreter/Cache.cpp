//===- Cache.cpp - the interpreter's KV cache -----------------------------===//
#include "dialects/Sinter/Interpreter/Cache.h"

using namespace sinter;

CacheState::CacheState(CacheType type)
    : type(type), filled(type.getLayers(), 0) {
  for (int64_t layer = 0; layer < type.getLayers(); ++layer) {
    int64_t room = type.getRoom(layer);
    keys.emplace_back(type.getElementType(),
                      Shape{type.getHeads(), room, type.getKeyDim()});
    values.emplace_back(type.getElementType(),
                        Shape{type.getHeads(), room, type.getValueDim()});
  }
}

CacheRef CacheRef::create(CacheType type) {
  return {std::make_shared<CacheState>(type), 0};
}
