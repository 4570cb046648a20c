// RUN: sinter-opt %s --sinter-lower-inner --verify-diagnostics
// expected-error @below {{no module attribute sinter.target}}
module {}
