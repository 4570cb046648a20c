//===- ProfilePage.h - a profile as one HTML page ---------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_PROFILEPAGE_H
#define SINTER_TOOLS_RUN_PROFILEPAGE_H

#include "ProfileReport.h"

namespace sinter::run {

/// Needs no network and no script: tables, and drawings as inline SVG. `Calls`
/// are those that the profile was made from.
std::string profilePage(const Profile &P, const sinter_artifact &A,
                        const std::vector<TracedCall> &Calls);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_PROFILEPAGE_H
