//===- ChatTemplate.h - the template that travels with a model ------------===//
#ifndef SINTER_PIPELINE_CHATTEMPLATE_H
#define SINTER_PIPELINE_CHATTEMPLATE_H

#include "lib/Pipeline/SideFiles.h"

namespace sinter {

/// An error when the side files hold a chat template that the runtime's
/// interpreter does not take: better here than where the model is used.
llvm::Error checkChatTemplate(const SideFiles &files);

} // namespace sinter
#endif
