//===- SinterOps.td - all families, for tablegen --------------------------===//
#ifndef SINTER_OPS_TD
#define SINTER_OPS_TD

include "dialects/Sinter/IR/ElementwiseOps.td"
include "dialects/Sinter/IR/ShapeOps.td"
include "dialects/Sinter/IR/ReductionOps.td"
include "dialects/Sinter/IR/QuantOps.td"
include "dialects/Sinter/IR/TransformerOps.td"
include "dialects/Sinter/IR/WeightOps.td"
include "dialects/Sinter/IR/PlanOps.td"
include "dialects/Sinter/IR/InnerOps.td"

#endif // SINTER_OPS_TD
